import { describe, expect, it } from 'vitest'
import { edgesOf, type At, type Edge, type Ring } from './plane'
import { Shapes } from './random_shapes'
import { faultsOfAreas, faultsOfPath } from './self_crossing'

describe('an area that crosses itself', () => {
  it('is told where', () => {
    const bowtie: Ring = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
    expect(faultsOfAreas([[bowtie]])).toEqual([{ kind: 'crosses', at: [1, 1] }])
  })

  it('may not meet itself, double back, or cross its hole', () => {
    const pinched: Ring = [[0, 0], [4, 0], [2, 2], [4, 4], [0, 4], [2, 2], [0, 0]]
    expect(faultsOfAreas([[pinched]])).toEqual([{ kind: 'touches', at: [2, 2] }])
    const spike: Ring = [[0, 0], [4, 0], [6, 0], [4, 0], [4, 4], [0, 0]]
    expect(faultsOfAreas([[spike]]).some(({ kind }) => kind === 'overlaps')).toBe(true)
    const square: Ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    expect(faultsOfAreas([[square, [[3, 1], [5, 2], [3, 3], [3, 1]]]]).map(({ kind }) => kind)).toEqual(['crosses', 'crosses'])
    expect(faultsOfAreas([[square, [[1, 1], [4, 2], [1, 3], [1, 1]]]])).toEqual([])
  })

  it('is seen while it is drawn, before the ring is closed', () => {
    expect(faultsOfPath([[0, 0], [2, 2], [2, 0]])).toEqual([])
    expect(faultsOfPath([[0, 0], [2, 2], [2, 0], [0, 2]])).toEqual([{ kind: 'crosses', at: [1, 1] }])
    // A vertex set twice on one place, as a double click does, is no fault.
    expect(faultsOfPath([[0, 0], [2, 2], [2, 2], [2, 0]])).toEqual([])
  })

  it('finds nothing in rings that cannot cross themselves', () => {
    for (let seed = 0; seed < 200; seed += 1) expect(faultsOfAreas([new Shapes(seed).area()])).toEqual([])
  })

  it('agrees with trying every pair of edges on a grid, where sums are exact', () => {
    let faulty = 0
    for (let seed = 0; seed < 600; seed += 1) {
      const shapes = new Shapes(seed)
      const corners = Array.from({ length: shapes.whole(4, 7) }, (): At => [shapes.whole(0, 12), shapes.whole(0, 12)])
      const ring = [...corners, corners[0]!]
      const isFaulty = faultsOfAreas([[ring]]).length > 0
      expect(isFaulty, JSON.stringify(ring)).toBe(hasFault(ring))
      if (isFaulty) faulty += 1
    }
    expect(faulty).toBeGreaterThan(100)
    expect(faulty).toBeLessThan(590)
  })
})

/** Slow and plain: whole numbers only. */
function hasFault(ring: Ring): boolean {
  const edges = edgesOf(ring).filter(([a, b]) => a[0] !== b[0] || a[1] !== b[1])
  const cross = (a: At, b: At, c: At) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
  const on = ([a, b]: Edge, c: At) =>
    cross(a, b, c) === 0 && (c[0] - a[0]) * (c[0] - b[0]) <= 0 && (c[1] - a[1]) * (c[1] - b[1]) <= 0
  const meet = (e: Edge, f: Edge) =>
    (cross(...e, f[0]) * cross(...e, f[1]) < 0 && cross(...f, e[0]) * cross(...f, e[1]) < 0) ||
    on(e, f[0]) || on(e, f[1]) || on(f, e[0]) || on(f, e[1])
  return edges.some((e, n) =>
    edges.some((f, m) => {
      if (m <= n) return false
      if (m === n + 1) return doublesBack(e, f)
      if (n === 0 && m === edges.length - 1) return doublesBack(f, e)
      return meet(e, f)
    }),
  )
  function doublesBack([a, b]: Edge, [, c]: Edge): boolean {
    return cross(a, b, c) === 0 && (a[0] - b[0]) * (c[0] - b[0]) + (a[1] - b[1]) * (c[1] - b[1]) > 0
  }
}
