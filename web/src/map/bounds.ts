/** West, south, east, north of a geometry. */
export function boundsOf(geometry: GeoJSON.Geometry): [number, number, number, number] {
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return
    const [x, y] = part as unknown[]
    if (typeof x === 'number' && typeof y === 'number') {
      bounds[0] = Math.min(bounds[0], x)
      bounds[1] = Math.min(bounds[1], y)
      bounds[2] = Math.max(bounds[2], x)
      bounds[3] = Math.max(bounds[3], y)
    } else part.forEach(visit)
  }
  if (geometry.type === 'GeometryCollection') throw new Error('the server sends no collections of geometries')
  visit(geometry.coordinates)
  return bounds
}

/** West, south, east, north of all features together; nothing when there is none. */
export function boundsOfAll({ features }: GeoJSON.FeatureCollection): [number, number, number, number] | undefined {
  const [first, ...rest] = features.map(({ geometry }) => boundsOf(geometry))
  return rest.reduce(
    (a, b) =>
      a && [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])],
    first,
  )
}

/** West, south, east, north as somebody typed them in degrees; nothing when that is no area on the earth. */
export function readBounds(text: string): [number, number, number, number] | undefined {
  const parts = text.trim().split(/[\s,，、]+/)
  const [w = NaN, s = NaN, e = NaN, n = NaN] = parts.map((part) => (part === '' ? NaN : Number(part)))
  if (parts.length !== 4 || !(w >= -180 && w < e && e <= 180 && s >= -90 && s < n && n <= 90)) return undefined
  return [w, s, e, n]
}
