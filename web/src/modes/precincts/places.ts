type Place = [number, number]
type Areas = GeoJSON.Position[][][]

/** The rings of an area or of several, part by part. */
export function partsOf(geometry: GeoJSON.Geometry): Areas {
  if (geometry.type === 'Polygon') return [geometry.coordinates]
  return geometry.type === 'MultiPolygon' ? geometry.coordinates : []
}

/** Whether a place lies inside, by the rule of even and odd crossings. */
export function holds(geometry: GeoJSON.Geometry, [x, y]: Place): boolean {
  let isInside = false
  for (const ring of partsOf(geometry).flat()) {
    for (let n = 0; n + 1 < ring.length; n++) {
      const [[ax = 0, ay = 0], [bx = 0, by = 0]] = [ring[n]!, ring[n + 1]!]
      if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) isInside = !isInside
    }
  }
  return isInside
}

/** The same outline with one vertex elsewhere, wherever it stands. */
export function withVertexAt(geometry: GeoJSON.MultiPolygon, from: Place, to: Place): GeoJSON.MultiPolygon {
  const moved = (at: GeoJSON.Position) => (at[0] === from[0] && at[1] === from[1] ? to : at)
  return { type: 'MultiPolygon', coordinates: geometry.coordinates.map((part) => part.map((ring) => ring.map(moved))) }
}

/** Every vertex once. */
export function verticesOf(geometry: GeoJSON.MultiPolygon): Place[] {
  const seen = new Map<string, Place>()
  for (const [x = 0, y = 0] of geometry.coordinates.flat(2)) seen.set(`${x},${y}`, [x, y])
  return [...seen.values()]
}

/** Whether an outline has this vertex, to the last bit. */
export function hasVertex(geometry: GeoJSON.MultiPolygon, [x, y]: Place): boolean {
  return geometry.coordinates.flat(2).some((at) => at[0] === x && at[1] === y)
}
