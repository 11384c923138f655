import library from 'geographiclib-geodesic'

// The library exports one namespace; here are the two names of it that we use.
export const Geodesic = library.Geodesic.Geodesic
export const PolygonArea = library.PolygonArea.PolygonArea
