import { isSame, key, side, turning, type At, type Ring } from './plane'

/**
 * The faces of a drawing in the plane: every half-edge belongs to the face on its left, and a face is
 * walked along by taking, at each place, the next half-edge clockwise. Where a boundary has the face on
 * one side only, only that half-edge is given.
 */
export class Drawing {
  readonly #out = new Map<string, At[]>()

  add(from: At, to: At): void {
    const targets = this.#out.get(key(from))
    if (!targets) this.#out.set(key(from), [to])
    else if (!targets.some((at) => isSame(at, to))) targets.push(to)
  }

  /** The walks around all faces. */
  walks(): Ring[] {
    const seen = new Set<string>()
    const walks: Ring[] = []
    for (const start of this.#halfEdges()) {
      if (seen.has(name(start))) continue
      const walk: At[] = [start[0]]
      let [from, to] = start
      do {
        seen.add(name([from, to]))
        walk.push(to)
        const next = this.#next(from, to)
        ;[from, to] = [to, next]
      } while (!seen.has(name([from, to])))
      walks.push(walk)
    }
    return walks
  }

  *#halfEdges(): Generator<[At, At]> {
    for (const [from, targets] of this.#out) {
      const [x, y] = from.split(',').map(Number)
      for (const to of targets) yield [[x!, y!], to]
    }
  }

  /** The first half-edge clockwise from the way back. */
  #next(from: At, at: At): At {
    const targets = this.#out.get(key(at)) ?? []
    const onward = targets.filter((to) => !isSame(to, from))
    // A dead end is gone back from.
    if (onward.length === 0) return from
    return onward.reduce((best, to) => (isSooner(at, from, to, best) ? to : best))
  }
}

/** Whether, turning clockwise around `at` from `back`, `a` is met before `b`. */
function isSooner(at: At, back: At, a: At, b: At): boolean {
  const [sideA, sideB] = [half(at, back, a), half(at, back, b)]
  return sideA === sideB ? side(at, a, b) < 0 : sideA < sideB
}

/** 0: within the first half turn clockwise from `back`; 1: within the second. */
const half = (at: At, back: At, to: At): 0 | 1 => (side(at, back, to) < 0 ? 0 : side(at, back, to) > 0 ? 1 : 0)

const name = ([from, to]: readonly [At, At]) => `${key(from)} ${key(to)}`

/** A walk that comes by one place twice, taken apart into rings that do not. */
export function simpleRings(walk: Ring): Ring[] {
  const rings: Ring[] = []
  const path: At[] = []
  for (const at of walk) {
    const met = path.findIndex((one) => isSame(one, at))
    if (met >= 0) {
      const ring = [...path.splice(met), at]
      // To a place and back is no ring.
      if (ring.length > 3 && turning(ring) !== 0) rings.push(ring)
    }
    path.push(at)
  }
  return rings
}
