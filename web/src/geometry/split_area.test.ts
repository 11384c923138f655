import { difference, intersection } from 'polyclip-ts'
import { describe, expect, it } from 'vitest'
import { edgesOf, key, sizeOf, type Area, type At, type Line, type Ring } from './plane'
import { Shapes } from './random_shapes'
import { faultsOfAreas } from './self_crossing'
import { splitAreas, type NoSplit } from './split_area'

const box = (west: number, south: number, east: number, north: number): Ring => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]
const square: Area = [box(0, 0, 4, 4)]
const withHole: Area = [box(0, 0, 4, 4), box(1, 1, 3, 3).reverse()]

function piecesOf(areas: Area[], knife: Line): Area[][] {
  const split = splitAreas(areas, knife)
  if ('reason' in split) throw new Error(split.reason)
  return split.pieces
}
const reason = (areas: Area[], knife: Line): NoSplit | undefined => {
  const split = splitAreas(areas, knife)
  return 'reason' in split ? split.reason : undefined
}
const sizes = (pieces: Area[][]) => pieces.map((piece) => piece.reduce((sum, area) => sum + sizeOf(area), 0))

describe('splitting an area', () => {
  it('gives the largest piece first', () => {
    expect(sizes(piecesOf([square], [[1, -1], [1, 5]]))).toEqual([12, 4])
  })

  it('goes through vertices and along drawn corners', () => {
    expect(sizes(piecesOf([square], [[0, 0], [4, 4]]))).toEqual([8, 8])
    expect(sizes(piecesOf([square], [[1, 0], [1, 2], [3, 2], [3, 4]]))).toEqual([8, 8])
  })

  it('cuts several times where the line crosses several times', () => {
    const comb: Area = [[[0, 0], [5, 0], [5, 4], [4, 4], [4, 1], [3, 1], [3, 4], [2, 4], [2, 1], [1, 1], [1, 4], [0, 4], [0, 0]]]
    expect(sizes(piecesOf([comb], [[-1, 2], [6, 2]]))).toEqual([8, 2, 2, 2])
  })

  it('cuts through holes, and cuts rings around holes', () => {
    expect(sizes(piecesOf([withHole], [[2, -1], [2, 5]]))).toEqual([6, 6])
    // A closed line around the hole: a ring and what is outside it.
    const around = piecesOf([withHole], [[0.5, 0.5], [3.5, 0.5], [3.5, 3.5], [0.5, 3.5], [0.5, 0.5]])
    expect(sizes(around)).toEqual([7, 5])
    expect(around.map(([area]) => area!.length)).toEqual([2, 2])
  })

  it('keeps holes with the piece that they lie in', () => {
    const pieces = piecesOf([withHole], [[3.5, -1], [3.5, 5]])
    expect(pieces.map(([area]) => area!.length)).toEqual([2, 1])
  })

  it('takes a line that crosses itself', () => {
    expect(sizes(piecesOf([square], [[1, -1], [1, 3], [3, 3], [3, 2], [-1, 2]]))).toEqual([12, 2, 2])
  })

  it('leaves parts that the line does not cut with the largest piece', () => {
    const other: Area = [box(10, 0, 11, 1)]
    const pieces = piecesOf([other, square], [[1, -1], [1, 5]])
    expect(pieces.map((piece) => piece.length)).toEqual([2, 1])
    expect(pieces[0]).toContain(other)
  })

  it('says why a line does not split', () => {
    expect(reason([square], [[9, 9], [10, 10]])).toBe('misses')
    expect(reason([square], [[-1, 2], [2, 2]])).toBe('ends_inside')
    expect(reason([square], [[1, 1], [2, 2]])).toBe('ends_inside')
    expect(reason([square], [[-1, 4], [5, 4]])).toBe('only_touches')
    expect(reason([square], [[-1, 3], [1, 5]])).toBe('only_touches')
    expect(reason([withHole], [[-1, 2], [2, 2]])).toBe('hangs_together')
    expect(reason([square], [[1, 1]])).toBe('no_line')
  })

  it('meets a border that the line ends within a millimetre of', () => {
    expect(sizes(piecesOf([square], [[1, 5e-9], [1, 4 - 5e-9]]))).toEqual([12, 4])
    expect(reason([square], [[1, 1e-6], [1, 5]])).toBe('ends_inside')
  })

  it('keeps area and vertices, shares the cut, and leaves no piece upon another', () => {
    let cut = 0
    for (let seed = 0; seed < 200; seed += 1) {
      const shapes = new Shapes(seed)
      const areas = [shapes.area()]
      const knife = shapes.line()
      const split = splitAreas(areas, knife)
      const strips = slivers(areas, knife)
      if ('reason' in split) {
        expect(strips, `seed ${seed}: ${split.reason}`).toBe(1)
        continue
      }
      cut += 1
      const { pieces } = split
      expect(pieces.length, `seed ${seed}`).toBe(strips)
      const before = sizeOf(areas[0]!)
      const after = sizes(pieces).reduce((sum, size) => sum + size, 0)
      expect(Math.abs(after - before) / before, `seed ${seed}`).toBeLessThan(1e-11)

      const vertices = new Set(pieces.flat(3).map(key))
      for (const at of areas.flat(2)) expect(vertices.has(key(at)), `seed ${seed}`).toBe(true)
      for (const piece of pieces) expect(faultsOfAreas(piece), `seed ${seed}`).toEqual([])
      expect(sharesItsCuts(areas, pieces), `seed ${seed}`).toBe(true)
      const clips = pieces.map((piece) => piece.map((area) => area.map((ring) => ring.map(([x, y]): [number, number] => [x, y]))))
      for (let n = 1; n < clips.length; n += 1) {
        const upon = intersection(clips[0]!, clips[n]!).reduce((sum, area) => sum + sizeOf(area), 0)
        expect(upon / before, `seed ${seed}`).toBeLessThan(1e-11)
      }
    }
    expect(cut).toBeGreaterThan(60)
  }, 60_000)
})

/** Every edge that is not of the old border is in two pieces, once each way. */
function sharesItsCuts(areas: Area[], pieces: Area[][]): boolean {
  const edges = pieces.flat(2).flatMap(edgesOf)
  const ways = new Set(edges.map(([a, b]) => `${key(a)} ${key(b)}`))
  const border = edgesOf(areas[0]![0]!).concat(areas[0]!.slice(1).flatMap(edgesOf))
  const onBorder = ([a, b]: readonly [At, At]) => {
    const [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    return border.some(([c, d]) => {
      const [dx, dy] = [d[0] - c[0], d[1] - c[1]]
      const t = ((x - c[0]) * dx + (y - c[1]) * dy) / (dx * dx + dy * dy)
      return t > -1e-9 && t < 1 + 1e-9 && Math.hypot(c[0] + t * dx - x, c[1] + t * dy - y) < 2e-8
    })
  }
  return edges.every(([a, b]) => ways.has(`${key(b)} ${key(a)}`) || onBorder([a, b]))
}

/** Another way to count the pieces: take a very thin strip along the line away, and forget crumbs. */
function slivers(areas: Area[], knife: Line): number {
  const wide = 1e-10
  const strips = edgesOf(knife).map(([a, b]): [number, number][][] => {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1])
    const [ux, uy] = [((b[0] - a[0]) / length) * wide, ((b[1] - a[1]) / length) * wide]
    const corner = ([x, y]: At, along: number, across: number): [number, number] => [
      x + along * ux - across * uy,
      y + along * uy + across * ux,
    ]
    return [[corner(a, -1, 1), corner(a, -1, -1), corner(b, 1, -1), corner(b, 1, 1), corner(a, -1, 1)]]
  })
  const clip = areas.map((area) => area.map((ring) => ring.map(([x, y]): [number, number] => [x, y])))
  return difference(clip, ...strips).filter((area) => sizeOf(area) > 1e-14).length
}
