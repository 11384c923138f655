import polylabel from 'polylabel'

/** The place farthest from the edges of the largest part. */
export function labelPoint(areas: GeoJSON.Position[][][]): [number, number] {
  const size = (area: GeoJSON.Position[][]) => Math.abs(shoelace(area[0] ?? []))
  const largest = areas.reduce((a, b) => (size(b) > size(a) ? b : a))
  const [west, east] = extremes(largest[0] ?? [], 0)
  const [south, north] = extremes(largest[0] ?? [], 1)
  const [x = Number.NaN, y = Number.NaN] = polylabel(largest, Math.max(east - west, north - south) / 100)
  return [x, y]
}

function extremes(ring: GeoJSON.Position[], axis: 0 | 1): [number, number] {
  const values = ring.map((position) => position[axis] ?? Number.NaN)
  return [Math.min(...values), Math.max(...values)]
}

/** Twice the signed area in square degrees: good for comparing neighbours, not for measuring. */
function shoelace(ring: GeoJSON.Position[]): number {
  return ring.reduce((sum, [x = 0, y = 0], n) => {
    const [nextX = 0, nextY = 0] = ring[(n + 1) % ring.length] ?? []
    return sum + x * nextY - nextX * y
  }, 0)
}
