import { Geodesic, PolygonArea } from './geodesic'

/** CGCS2000 ellipsoid: GB 22021-2008. */
const ellipsoid = new Geodesic(6378137, 1 / 298.257222101)

export interface Measured {
  lengthM: number
  areaM2: number
}

/** Length of a line in metres, along geodesics of the CGCS2000 ellipsoid. Positions are longitude, latitude. */
export function lengthM(line: GeoJSON.Position[]): number {
  const sum = new PolygonArea(ellipsoid, true)
  for (const [lon, lat] of line) sum.AddPoint(lat ?? Number.NaN, lon ?? Number.NaN)
  return sum.Compute(false, true).perimeter
}

/** Perimeter and area of a ring (closed or not) on the CGCS2000 ellipsoid, whichever way it turns. */
export function ringSize(ring: GeoJSON.Position[]): Measured {
  const first = ring[0]
  const last = ring.at(-1)
  const isClosed = ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1]
  const sum = new PolygonArea(ellipsoid, false)
  for (const [lon, lat] of isClosed ? ring.slice(0, -1) : ring) sum.AddPoint(lat ?? Number.NaN, lon ?? Number.NaN)
  const { perimeter, area } = sum.Compute(false, true)
  return { lengthM: perimeter, areaM2: Math.abs(area ?? 0) }
}
