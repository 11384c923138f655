/**
 * A shape under edit, as a value: every operation returns another one and leaves the old as it was, so
 * that undo is keeping values. Positions that an operation does not name stay the same numbers, so a
 * feature keeps its parts and holes to the last bit.
 */

/** Longitude and latitude in degrees. */
export type Place = [number, number]
export type ShapeKind = 'point' | 'line' | 'area'

/**
 * Parts of rings. A part of an area is its outline and then its holes, none of them closed here; a part
 * of a line is one line; a point is one place.
 */
export interface Shape {
  kind: ShapeKind
  parts: Place[][][]
}

/** Where a vertex stands in a shape. */
export interface VertexAt {
  part: number
  ring: number
  vertex: number
}

/** Places that a ring of a kind has at least. */
export const FEWEST: Record<ShapeKind, number> = { point: 1, line: 2, area: 3 }

export function fromGeometry(geometry: GeoJSON.Geometry): Shape {
  const places = (positions: GeoJSON.Position[]) => positions.map(([x = NaN, y = NaN]): Place => [x, y])
  const open = (ring: GeoJSON.Position[]) => places(isClosed(ring) ? ring.slice(0, -1) : ring)
  switch (geometry.type) {
    case 'Point':
      return { kind: 'point', parts: [[places([geometry.coordinates])]] }
    case 'LineString':
      return { kind: 'line', parts: [[places(geometry.coordinates)]] }
    case 'MultiLineString':
      return { kind: 'line', parts: geometry.coordinates.map((line) => [places(line)]) }
    case 'Polygon':
      return { kind: 'area', parts: [geometry.coordinates.map(open)] }
    case 'MultiPolygon':
      return { kind: 'area', parts: geometry.coordinates.map((part) => part.map(open)) }
    default:
      throw new Error(`no layer holds a ${geometry.type}`)
  }
}

/** As the server stores it: lines and areas as multi-geometries. */
export function toGeometry({ kind, parts }: Shape): GeoJSON.Point | GeoJSON.MultiLineString | GeoJSON.MultiPolygon {
  if (kind === 'point') return { type: 'Point', coordinates: parts[0]?.[0]?.[0] ?? [] }
  if (kind === 'line') return { type: 'MultiLineString', coordinates: parts.map((part) => part[0] ?? []) }
  return { type: 'MultiPolygon', coordinates: parts.map((part) => part.map(closed)) }
}

export function shapeOf(kind: ShapeKind, ring: Place[]): Shape {
  return { kind, parts: [[ring]] }
}

export function placeAt(shape: Shape, { part, ring, vertex }: VertexAt): Place | undefined {
  return shape.parts[part]?.[ring]?.[vertex]
}

export function ringAt(shape: Shape, { part, ring }: Pick<VertexAt, 'part' | 'ring'>): Place[] {
  return shape.parts[part]?.[ring] ?? []
}

/** Every vertex with its address. */
export function* vertices(shape: Shape): Generator<{ at: VertexAt; place: Place }> {
  for (const [part, rings] of shape.parts.entries()) {
    for (const [ring, places] of rings.entries()) {
      for (const [vertex, place] of places.entries()) yield { at: { part, ring, vertex }, place }
    }
  }
}

/** The middle of every edge; `at` is where a vertex put there would stand. */
export function* midpoints(shape: Shape): Generator<{ at: VertexAt; place: Place }> {
  for (const { at, place } of vertices(shape)) {
    const next = nextOf(shape, at)
    if (next) yield { at: { ...at, vertex: at.vertex + 1 }, place: middle(place, next) }
  }
}

/** The place that an edge leads to from a vertex; nothing after the end of a line. */
function nextOf(shape: Shape, at: VertexAt): Place | undefined {
  const ring = ringAt(shape, at)
  if (shape.kind === 'point') return undefined
  return ring[at.vertex + 1] ?? (shape.kind === 'area' ? ring[0] : undefined)
}

export function moveVertex(shape: Shape, at: VertexAt, to: Place): Shape {
  return withRing(shape, at, (ring) => ring.with(at.vertex, to))
}

/** Puts a vertex where `at` says; the one that stood there comes after it. */
export function insertVertex(shape: Shape, at: VertexAt, place: Place): Shape {
  return withRing(shape, at, (ring) => ring.toSpliced(at.vertex, 0, place))
}

/** A vertex after another: half-way to the next, or beyond the end of a line. */
export function insertAfter(shape: Shape, at: VertexAt): Shape {
  const place = placeAt(shape, at)
  if (!place) return shape
  const next = nextOf(shape, at)
  const before = ringAt(shape, at)[at.vertex - 1] ?? place
  const beyond: Place = [place[0] + (place[0] - before[0]) / 2, place[1] + (place[1] - before[1]) / 2]
  return insertVertex(shape, { ...at, vertex: at.vertex + 1 }, next ? middle(place, next) : beyond)
}

/** Whether a ring stays one without a vertex. */
export function canRemoveVertex(shape: Shape, at: VertexAt): boolean {
  return ringAt(shape, at).length > FEWEST[shape.kind]
}

/** Without a vertex; as it was where too few would be left. */
export function removeVertex(shape: Shape, at: VertexAt): Shape {
  return canRemoveVertex(shape, at) ? withRing(shape, at, (ring) => ring.toSpliced(at.vertex, 1)) : shape
}

/** Shifts everything by degrees. */
export function shift(shape: Shape, [east, north]: Place): Shape {
  const moved = ([x, y]: Place): Place => [x + east, y + north]
  return { ...shape, parts: shape.parts.map((part) => part.map((ring) => ring.map(moved))) }
}

export function addPart(shape: Shape, ring: Place[]): Shape {
  return { ...shape, parts: [...shape.parts, [ring]] }
}

/** Cuts a hole out of the part around it; nothing where no part is around the whole ring. */
export function addHole(shape: Shape, hole: Place[]): Shape | undefined {
  const around = shape.parts.findIndex(
    ([outline = [], ...holes]) =>
      hole.every((place) => isInside(outline, place)) && !holes.some((other) => hole.some((place) => isInside(other, place))),
  )
  if (around < 0) return undefined
  return { ...shape, parts: shape.parts.with(around, [...(shape.parts[around] ?? []), hole]) }
}

/** Without a ring: a hole is filled, an outline goes with its part. Nothing is left of the last part. */
export function removeRing(shape: Shape, { part, ring }: Pick<VertexAt, 'part' | 'ring'>): Shape | undefined {
  const parts =
    ring === 0
      ? shape.parts.toSpliced(part, 1)
      : shape.parts.with(part, (shape.parts[part] ?? []).toSpliced(ring, 1))
  return parts.length > 0 ? { ...shape, parts } : undefined
}

/** Whether two shapes are the same to the last bit. What they share is not looked at: a dragged vertex costs little. */
export function isSame(a: Shape | undefined, b: Shape | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.kind === b.kind && isSameList(a.parts, b.parts))
}

type Nested = readonly (Nested | number)[]

function isSameList(a: Nested, b: Nested): boolean {
  if (a === b) return true
  return a.length === b.length && a.every((one, n) => {
    const other = b[n]
    return typeof one === 'number' || typeof other === 'number' || other === undefined ? one === other : isSameList(one, other)
  })
}

/** Whether a place lies in a ring, by the even-odd rule. */
export function isInside(ring: Place[], [x, y]: Place): boolean {
  let isIn = false
  for (const [n, [ax, ay]] of ring.entries()) {
    const [bx, by] = ring.at(n - 1) ?? [NaN, NaN]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn
  }
  return isIn
}

function withRing(shape: Shape, { part, ring }: VertexAt, change: (ring: Place[]) => Place[]): Shape {
  const rings = shape.parts[part]
  const places = rings?.[ring]
  if (!rings || !places) return shape
  return { ...shape, parts: shape.parts.with(part, rings.with(ring, change(places))) }
}

function isClosed(ring: GeoJSON.Position[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)]
  return ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1]
}

function closed(ring: Place[]): Place[] {
  return ring[0] ? [...ring, ring[0]] : ring
}

function middle([ax, ay]: Place, [bx, by]: Place): Place {
  return [(ax + bx) / 2, (ay + by) / 2]
}
