import type { Place, Shape } from './shape'

/** More edges than that are left to the server to judge: here every pair is looked at. */
const MOST_EDGES = 1500

type Edge = [Place, Place]

/**
 * Where the edges of an area first cross each other, in the order of its vertices. Nothing for a sound
 * area, and for one of too many edges. Touching is not crossing: the server, which judges what is saved, knows more.
 */
export function firstCrossing(shape: Shape | undefined): Place | undefined {
  if (shape?.kind !== 'area') return undefined
  const edges = shape.parts.flat().flatMap((ring) => ring.map((place, n): Edge => [place, ring[(n + 1) % ring.length] ?? place]))
  if (edges.length > MOST_EDGES) return undefined
  for (const [n, edge] of edges.entries()) {
    for (let other = n + 1; other < edges.length; other += 1) {
      const place = crossing(edge, edges[other] ?? edge)
      if (place) return place
    }
  }
  return undefined
}

/** The place in which two edges cross within both, ends left out. */
function crossing([a, b]: Edge, [c, d]: Edge): Place | undefined {
  if (Math.max(a[0], b[0]) < Math.min(c[0], d[0]) || Math.max(c[0], d[0]) < Math.min(a[0], b[0])) return undefined
  if (Math.max(a[1], b[1]) < Math.min(c[1], d[1]) || Math.max(c[1], d[1]) < Math.min(a[1], b[1])) return undefined
  const [s, t, u, v] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)]
  if (s * t >= 0 || u * v >= 0) return undefined
  const share = u / (u - v)
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
}

/** Positive where `place` lies left of the way from `a` to `b`. */
function side(a: Place, b: Place, place: Place): number {
  return (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])
}
