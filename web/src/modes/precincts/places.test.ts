import { describe, expect, it } from 'vitest'
import { hasVertex, holds, verticesOf, withVertexAt } from './places'

const frame: GeoJSON.MultiPolygon = {
  type: 'MultiPolygon',
  coordinates: [
    [
      [[0, 0], [9, 0], [9, 9], [0, 9], [0, 0]],
      [[3, 3], [3, 6], [6, 6], [6, 3], [3, 3]],
    ],
  ],
}

describe('outlines', () => {
  it('a hole is outside', () => {
    expect(holds(frame, [1, 1])).toBe(true)
    expect(holds(frame, [4, 4])).toBe(false)
    expect(holds(frame, [10, 4])).toBe(false)
  })

  it('a vertex moves wherever its ring begins', () => {
    const moved = withVertexAt(frame, [0, 0], [-1, -1])
    expect(moved.coordinates[0]?.[0]?.[0]).toEqual([-1, -1])
    expect(moved.coordinates[0]?.[0]?.at(-1)).toEqual([-1, -1])
    expect(hasVertex(moved, [0, 0])).toBe(false)
    expect(hasVertex(frame, [0, 0]), 'the first is left as it was').toBe(true)
  })

  it('the first and last position of a ring are one vertex', () => {
    expect(verticesOf(frame)).toHaveLength(8)
  })
})
