import { EdgeIndex } from './edge_index'
import { crossing, edgesOf, isSame, key, side, type Area, type At, type Edge, type Line } from './plane'

export interface Fault {
  /** `crosses`: two edges cross. `touches`: a ring meets itself. `overlaps`: edges lie upon each other. */
  kind: 'crosses' | 'touches' | 'overlaps'
  at: At
}

interface Placed {
  edge: Edge
  ring: number
  /** In its ring. */
  order: number
}

/**
 * Where the boundary of an area crosses or meets itself, every place once, in the order of the boundary.
 * Rings that touch each other at a place are allowed. Whether holes lie inside and parts apart is the
 * server's to judge.
 */
export function faultsOfAreas(areas: readonly Area[]): Fault[] {
  return faults(areas.flat().map((ring) => ({ path: ring, isClosed: true })))
}

/** The same for a boundary that is still being drawn: what is drawn so far, without the edge that will close it. */
export function faultsOfPath(path: Line): Fault[] {
  return faults([{ path, isClosed: false }])
}

function faults(paths: { path: Line; isClosed: boolean }[]): Fault[] {
  const placed: Placed[] = []
  const counts: number[] = []
  paths.forEach(({ path }, ring) => {
    const edges = edgesOf(path).filter(([a, b]) => !isSame(a, b))
    counts.push(edges.length)
    edges.forEach((edge, order) => placed.push({ edge, ring, order }))
  })
  const index = new EdgeIndex(placed.map(({ edge }) => edge))
  const found = new Map<string, Fault>()
  placed.forEach((one, n) => {
    for (const m of index.near(one.edge)) {
      if (m <= n) continue
      const other = placed[m]!
      const isClosed = paths[one.ring]!.isClosed
      const fault =
        one.ring !== other.ring
          ? between(one.edge, other.edge)
          : within(one, other, isClosed ? counts[one.ring]! : Number.POSITIVE_INFINITY)
      if (fault && !found.has(key(fault.at))) found.set(key(fault.at), fault)
    }
  })
  return [...found.values()]
}

/** Of edges of two rings: they may touch, not cross or run along each other. */
function between(one: Edge, other: Edge): Fault | undefined {
  const at = crossing(one, other)
  return at ? { kind: 'crosses', at } : overlap(one, other)
}

/** Of edges of one ring of `count` edges: neighbours share one place, others none. */
function within(one: Placed, other: Placed, count: number): Fault | undefined {
  const [a, b] = one.order < other.order ? [one, other] : [other, one]
  const follows = b.order === a.order + 1
  const closes = a.order === 0 && b.order === count - 1
  const lain = overlap(one.edge, other.edge)
  if (lain || follows || closes) return lain
  const at = crossing(one.edge, other.edge)
  if (at) return { kind: 'crosses', at }
  const met = touching(one.edge, other.edge)[0]
  return met && { kind: 'touches', at: met }
}

/** Where edges of one straight line lie upon each other for more than a place. */
function overlap(one: Edge, other: Edge): Fault | undefined {
  if (side(...one, other[0]) !== 0 || side(...one, other[1]) !== 0) return undefined
  const shared = touching(one, other)
  const first = shared[0]
  return first && shared.some((at) => !isSame(at, first)) ? { kind: 'overlaps', at: first } : undefined
}

/** The ends of each that lie on the other. */
function touching(one: Edge, other: Edge): At[] {
  return [...other.filter((at) => lies(at, one)), ...one.filter((at) => lies(at, other))]
}

function lies(at: At, [a, b]: Edge): boolean {
  const isBetween = (n: 0 | 1) => Math.min(a[n], b[n]) <= at[n] && at[n] <= Math.max(a[n], b[n])
  return isBetween(0) && isBetween(1) && side(a, b, at) === 0
}
