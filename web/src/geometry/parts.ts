import type { Area, At, Line } from './plane'

/** The parts of an area shape; none of another. */
export function areasOf(geometry: GeoJSON.Geometry): Area[] {
  if (geometry.type === 'Polygon') return [plain(geometry.coordinates)]
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.map(plain)
  return []
}

/** The parts of a line shape; none of another. */
export function linesOf(geometry: GeoJSON.Geometry): Line[] {
  if (geometry.type === 'LineString') return [geometry.coordinates.map(at)]
  if (geometry.type === 'MultiLineString') return geometry.coordinates.map((line) => line.map(at))
  return []
}

/** Every line and ring of a shape; a point is a line of one position. */
export function pathsOf(geometry: GeoJSON.Geometry): Line[] {
  switch (geometry.type) {
    case 'Point':
      return [[at(geometry.coordinates)]]
    case 'MultiPoint':
      return geometry.coordinates.map((position) => [at(position)])
    case 'GeometryCollection':
      return geometry.geometries.flatMap(pathsOf)
    default:
      return [...linesOf(geometry), ...areasOf(geometry).flat()]
  }
}

export function areaGeometry(areas: Area[]): GeoJSON.Polygon | GeoJSON.MultiPolygon {
  const coordinates = areas.map((area) => area.map((ring) => ring.map(position)))
  return coordinates.length === 1 ? { type: 'Polygon', coordinates: coordinates[0]! } : { type: 'MultiPolygon', coordinates }
}

export function lineGeometry(lines: Line[]): GeoJSON.LineString | GeoJSON.MultiLineString {
  const coordinates = lines.map((line) => line.map(position))
  return coordinates.length === 1
    ? { type: 'LineString', coordinates: coordinates[0]! }
    : { type: 'MultiLineString', coordinates }
}

const plain = (rings: GeoJSON.Position[][]): Area => rings.map((ring) => ring.map(at))
const at = ([x = Number.NaN, y = Number.NaN]: GeoJSON.Position): At => [x, y]
const position = ([x, y]: At): GeoJSON.Position => [x, y]
