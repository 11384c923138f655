import { orient2d } from 'robust-predicates'

/**
 * Shapes here are plane figures of longitude and latitude: between two vertices an edge is straight in
 * degrees, as PostGIS and GEOS take it. Positions are bit-identical where nothing had to be computed.
 */
export type At = readonly [number, number]
export type Line = At[]
/** Closed: the last position is the first. */
export type Ring = At[]
/** The outer ring, then holes. */
export type Area = Ring[]
export type Edge = readonly [At, At]

/** What lies this near is one place: a hundred-millionth of a degree, about a millimetre. */
export const TOUCH_DEG = 1e-8

export const isSame = (a: At, b: At): boolean => a[0] === b[0] && a[1] === b[1]

export const key = (at: At): string => `${at[0]},${at[1]}`

export const distanceDeg = (a: At, b: At): number => Math.hypot(a[0] - b[0], a[1] - b[1])

/** Above 0 when `c` lies left of the way from `a` to `b`, below 0 right of it, 0 exactly on it. */
export const side = (a: At, b: At, c: At): number => -orient2d(a[0], a[1], b[0], b[1], c[0], c[1])

export function edgesOf(line: readonly At[]): Edge[] {
  return line.slice(1).map((to, n) => [line[n]!, to])
}

/** Signed area in square degrees, positive when the ring turns left. For comparing, not for measuring. */
export function turning(ring: readonly At[]): number {
  const [x0, y0] = ring[0] ?? [0, 0]
  let sum = 0
  for (const [a, b] of edgesOf(ring)) sum += (a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0)
  return sum / 2
}

/** Area in square degrees, holes taken off. */
export const sizeOf = (area: Area): number =>
  area.reduce((sum, ring, n) => sum + Math.abs(turning(ring)) * (n === 0 ? 1 : -1), 0)

/** The ring the way round that is asked for. */
export function turned(ring: Ring, isLeft: boolean): Ring {
  return turning(ring) > 0 === isLeft ? ring : [...ring].reverse()
}

/** How far along an edge the place nearest to `at` is, from 0 to 1. */
export function fraction([a, b]: Edge, at: At): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]]
  const length = dx * dx + dy * dy
  if (length === 0) return 0
  return Math.min(1, Math.max(0, ((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length))
}

/** The place of an edge that is nearest to `at`; its ends are given bit for bit. */
export function nearestOn(edge: Edge, at: At): At {
  const t = fraction(edge, at)
  const [a, b] = edge
  if (t === 0) return a
  if (t === 1) return b
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

/** Where two edges cross each other, each in its inside; `undefined` when they only touch or do not meet. */
export function crossing([a, b]: Edge, [c, d]: Edge): At | undefined {
  const [ca, cb] = [side(c, d, a), side(c, d, b)]
  const [ac, ad] = [side(a, b, c), side(a, b, d)]
  if (ca === 0 || cb === 0 || ac === 0 || ad === 0) return undefined
  if (ca > 0 === cb > 0 || ac > 0 === ad > 0) return undefined
  const t = ca / (ca - cb)
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}

/** Whether a place lies in a ring (`1`), on it (`0`) or outside (`-1`). Exact. */
export function inRing(at: At, ring: Ring): -1 | 0 | 1 {
  let isIn = false
  for (const [a, b] of edgesOf(ring)) {
    const isBetween = a[1] > at[1] !== b[1] > at[1]
    const touches = Math.min(a[0], b[0]) <= at[0] && at[0] <= Math.max(a[0], b[0])
    const reaches = Math.min(a[1], b[1]) <= at[1] && at[1] <= Math.max(a[1], b[1])
    if (touches && reaches && side(a, b, at) === 0) return 0
    // A ray to the east meets an edge that climbs past it on the edge's left.
    if (isBetween && side(a, b, at) > 0 === b[1] > a[1]) isIn = !isIn
  }
  return isIn ? 1 : -1
}

/** The same for an area with holes. */
export function inArea(at: At, [outer, ...holes]: Area): -1 | 0 | 1 {
  const place = outer ? inRing(at, outer) : -1
  if (place < 1) return place
  for (const hole of holes) {
    const inHole = inRing(at, hole)
    if (inHole >= 0) return inHole === 0 ? 0 : -1
  }
  return 1
}

export const middle = ([a, b]: Edge): At => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
