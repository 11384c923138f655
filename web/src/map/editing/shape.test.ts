import { describe, expect, it } from 'vitest'
import {
  addHole,
  addPart,
  fromGeometry,
  insertAfter,
  insertVertex,
  isSame,
  midpoints,
  moveVertex,
  removeRing,
  removeVertex,
  shapeOf,
  shift,
  toGeometry,
  vertices,
  type Place,
} from './shape'

/** Two parts, the first with two holes; with digits that rounding would lose. */
const town: GeoJSON.MultiPolygon = {
  type: 'MultiPolygon',
  coordinates: [
    [
      [[0, 0], [10.123456789012345, 0], [10, 10], [0, 10], [0, 0]],
      [[1, 1], [2, 1], [2, 2], [1, 1]],
      [[5, 5], [6, 5], [6, 6.000000000000001], [5, 5]],
    ],
    [[[20, 0], [30, 0], [30, 10], [20, 0]]],
  ],
}

describe('a shape', () => {
  it('comes back as it went in, to the last bit', () => {
    expect(toGeometry(fromGeometry(town))).toEqual(town)
    const lines: GeoJSON.MultiLineString = { type: 'MultiLineString', coordinates: [[[0, 0], [1, 1], [0, 0]], [[5, 5], [6, 6]]] }
    expect(toGeometry(fromGeometry(lines))).toEqual(lines)
    const point: GeoJSON.Point = { type: 'Point', coordinates: [104.65, 30.12] }
    expect(toGeometry(fromGeometry(point))).toEqual(point)
  })

  it('keeps parts and holes when a vertex moves, and a ring stays closed at its first vertex', () => {
    const moved = toGeometry(moveVertex(fromGeometry(town), { part: 0, ring: 0, vertex: 0 }, [-1, -2]))
    const wanted = structuredClone(town)
    wanted.coordinates[0]![0]![0] = wanted.coordinates[0]![0]![4] = [-1, -2]
    expect(moved).toEqual(wanted)
    expect(toGeometry(fromGeometry(town))).toEqual(town)
  })

  it('takes vertices in and out, and never fewer than make a ring', () => {
    const triangle = shapeOf('area', [[0, 0], [4, 0], [4, 4]])
    const at = { part: 0, ring: 0, vertex: 3 }
    const square = insertVertex(triangle, at, [0, 4])
    expect(square.parts[0]?.[0]).toEqual([[0, 0], [4, 0], [4, 4], [0, 4]])
    expect(removeVertex(square, at)).toEqual(triangle)
    expect(removeVertex(triangle, at)).toBe(triangle)
    const line = shapeOf('line', [[0, 0], [2, 0]])
    expect(removeVertex(line, { part: 0, ring: 0, vertex: 1 })).toBe(line)
    expect(insertAfter(line, { part: 0, ring: 0, vertex: 1 }).parts[0]?.[0], 'beyond the end').toEqual([[0, 0], [2, 0], [3, 0]])
    expect(insertAfter(triangle, { part: 0, ring: 0, vertex: 2 }).parts[0]?.[0], 'on the closing edge').toEqual([[0, 0], [4, 0], [4, 4], [2, 2]])
  })

  it('has a middle on every edge, also the closing one of a ring', () => {
    const middles = (kind: 'line' | 'area') => [...midpoints(shapeOf(kind, [[0, 0], [4, 0], [4, 4]]))].map(({ place }) => place)
    expect(middles('line')).toEqual([[2, 0], [4, 2]])
    expect(middles('area')).toEqual([[2, 0], [4, 2], [2, 2]])
    expect([...vertices(fromGeometry(town))]).toHaveLength(4 + 3 + 3 + 3)
  })

  it('gains and loses parts and holes', () => {
    const shape = fromGeometry(town)
    const hole: Place[] = [[7, 1], [8, 1], [8, 2]]
    expect(addHole(shape, hole)?.parts[0]).toHaveLength(4)
    expect(addHole(shape, hole)?.parts[1], 'the other part is left alone').toBe(shape.parts[1])
    expect(addHole(shape, [[9, 9], [12, 9], [12, 12]]), 'across the outline').toBeUndefined()
    expect(addHole(shape, [[1.4, 1.2], [1.8, 1.2], [1.8, 1.5]]), 'within a hole').toBeUndefined()
    expect(addPart(shape, hole).parts).toHaveLength(3)
    expect(removeRing(shape, { part: 0, ring: 1 })?.parts[0]?.[1]).toEqual(shape.parts[0]?.[2])
    expect(removeRing(shape, { part: 0, ring: 0 })?.parts).toEqual([shape.parts[1]])
    expect(removeRing(shapeOf('area', hole), { part: 0, ring: 0 })).toBeUndefined()
  })

  it('moves as a whole', () => {
    expect(shift(shapeOf('line', [[0, 0], [2, 1]]), [1, -1]).parts[0]?.[0]).toEqual([[1, -1], [3, 0]])
  })
})

describe('sameness', () => {
  it('is of every digit', () => {
    const shape = fromGeometry(town)
    expect(isSame(shape, fromGeometry(structuredClone(town)))).toBe(true)
    expect(isSame(shape, moveVertex(shape, { part: 1, ring: 0, vertex: 2 }, [30, 10.000000000000002]))).toBe(false)
    expect(isSame(shape, addPart(shape, [[0, 0], [1, 0], [1, 1]]))).toBe(false)
    expect(isSame(shape, undefined)).toBe(false)
    expect(isSame(undefined, undefined)).toBe(true)
  })
})
