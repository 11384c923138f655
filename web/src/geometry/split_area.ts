import { Drawing, simpleRings } from './faces'
import { noded } from './noding'
import { edgesOf, inArea, inRing, isSame, key, middle, sizeOf, turned, turning, type Area, type At, type Edge, type Line, type Ring } from './plane'

/** Why a line does not split a shape. */
export type NoSplit =
  /** The line does not come to the shape. */
  | 'misses'
  /** It ends inside. */
  | 'ends_inside'
  /** It only touches the boundary, or runs along it. */
  | 'only_touches'
  /** It reaches holes, and what is around them still hangs together. */
  | 'hangs_together'
  /** The line has fewer than two places. */
  | 'no_line'

export type Split<Part> = { pieces: Part[][] } | { reason: NoSplit }

/**
 * An area taken apart along a drawn line. The pieces share the cut's vertices bit for bit and together are
 * the area. Largest first; parts that the line leaves alone stay with the largest piece.
 *
 * Steps: give both the line and the rings a vertex wherever they meet; keep what of the line is inside; take off what
 * leads nowhere; walk around the faces that are left.
 */
export function splitAreas(areas: readonly Area[], knife: Line): Split<Area> {
  const blade = knife.filter((at, n) => n === 0 || !isSame(at, knife[n - 1]!))
  if (blade.length < 2) return { reason: 'no_line' }
  const whole: Area[] = []
  const pieces: Area[] = []
  const reasons = new Set<NoSplit>()
  for (const area of areas) {
    const parts = splitArea(area, blade)
    if (typeof parts === 'string') {
      reasons.add(parts)
      whole.push(area)
    } else pieces.push(...parts)
  }
  if (pieces.length === 0) return { reason: mostTelling(reasons) }
  pieces.sort((a, b) => sizeOf(b) - sizeOf(a))
  const [largest, ...others] = pieces
  return { pieces: [[largest!, ...whole], ...others.map((piece) => [piece])] }
}

function mostTelling(reasons: Set<NoSplit>): NoSplit {
  const order: NoSplit[] = ['ends_inside', 'hangs_together', 'only_touches']
  return order.find((reason) => reasons.has(reason)) ?? 'misses'
}

function splitArea(given: Area, blade: Line): Area[] | NoSplit {
  const area = given.map((ring, n) => turned(ring, n === 0))
  const { paths: rings, knife } = noded(area, blade)
  const boundary = new Set(rings.flatMap(edgesOf).flatMap(([a, b]) => [way(a, b), way(b, a)]))
  const met = knife.some((at) => inArea(at, rings) >= 0)
  const inside = unique(edgesOf(knife).filter((edge) => !boundary.has(way(...edge)) && inArea(middle(edge), rings) > 0))
  if (inside.length === 0) return met ? 'only_touches' : 'misses'

  let cuts = withoutDeadEnds(rings, inside)
  if (cuts.length === 0) return 'ends_inside'
  let walks: Ring[]
  for (;;) {
    walks = walksAround(rings, cuts)
    const bridges = bridgesIn(walks, cuts)
    if (bridges.size === 0) break
    cuts = cuts.filter((edge) => !bridges.has(way(...edge)))
    cuts = withoutDeadEnds(rings, cuts)
  }
  const pieces = assembled(walks)
  return pieces.length > 1 ? pieces : 'hangs_together'
}

/** A half-edge by name. */
const way = (a: At, b: At) => `${key(a)} ${key(b)}`

function unique(edges: Edge[]): Edge[] {
  const seen = new Set<string>()
  return edges.filter(([a, b]) => {
    if (seen.has(way(a, b)) || seen.has(way(b, a))) return false
    seen.add(way(a, b))
    return true
  })
}

/** Cuts without those that end inside, and those that hang on them. */
function withoutDeadEnds(rings: readonly Ring[], edges: Edge[]): Edge[] {
  const boundary = new Set(rings.flat().map(key))
  let left = edges
  for (;;) {
    const count = new Map<string, number>()
    for (const at of left.flat()) count.set(key(at), (count.get(key(at)) ?? 0) + 1)
    const leads = (at: At) => boundary.has(key(at)) || (count.get(key(at)) ?? 0) > 1
    const kept = left.filter(([a, b]) => leads(a) && leads(b))
    if (kept.length === left.length) return kept
    left = kept
  }
}

function walksAround(rings: readonly Ring[], cuts: readonly Edge[]): Ring[] {
  const drawing = new Drawing()
  for (const ring of rings) for (const [a, b] of edgesOf(ring)) drawing.add(a, b)
  for (const [a, b] of cuts) {
    drawing.add(a, b)
    drawing.add(b, a)
  }
  return drawing.walks()
}

/** Cuts that have the same face on both sides: they divide nothing. */
function bridgesIn(walks: readonly Ring[], cuts: readonly Edge[]): Set<string> {
  const face = new Map<string, number>()
  walks.forEach((walk, n) => {
    for (const [a, b] of edgesOf(walk)) face.set(way(a, b), n)
  })
  return new Set(cuts.filter(([a, b]) => face.get(way(a, b)) === face.get(way(b, a))).map((edge) => way(...edge)))
}

/** Rings that turn left are pieces; those that turn right are holes of the smallest piece around them. */
function assembled(walks: readonly Ring[]): Area[] {
  const rings = walks.flatMap(simpleRings)
  const pieces: Area[] = rings.filter((ring) => turning(ring) > 0).map((ring) => [ring])
  pieces.sort((a, b) => turning(a[0]!) - turning(b[0]!))
  for (const hole of rings.filter((ring) => turning(ring) < 0)) {
    const home = pieces.find(([outer]) => holds(outer!, hole))
    home?.push(hole)
  }
  return pieces
}

/** Whether a hole lies in a ring; they may share vertices, not edges. */
function holds(outer: Ring, hole: Ring): boolean {
  const places = [...hole, ...edgesOf(hole).map(middle)].map((at) => inRing(at, outer))
  const inside = places.filter((place) => place > 0).length
  return inside > places.filter((place) => place < 0).length
}

