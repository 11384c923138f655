import { intersection } from 'polyclip-ts'
import { describe, expect, it } from 'vitest'
import { mergeAreas } from './merge_areas'
import { key, sizeOf, type Area, type Ring } from './plane'
import { Shapes } from './random_shapes'
import { faultsOfAreas } from './self_crossing'
import { splitAreas } from './split_area'

const box = (west: number, south: number, east: number, north: number): Ring => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
]
const size = (areas: readonly Area[]) => areas.reduce((sum, area) => sum + sizeOf(area), 0)

describe('merging areas', () => {
  it('joins neighbours along their border', () => {
    const { areas, groups, overlap } = mergeAreas([[[box(0, 0, 1, 1)]], [[box(1, 0, 2, 1)]]])
    expect(areas).toHaveLength(1)
    expect(groups).toEqual([[0, 1]])
    expect(size(areas)).toBe(2)
    expect(overlap).toBe(0)
  })

  it('keeps vertices of the outer border that a third area may share', () => {
    // [0.5, 0] lies on a straight edge: the neighbour below ends there.
    const first: Ring = [[0, 0], [0.5, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    const { areas } = mergeAreas([[[first]], [[box(1, 0, 2, 1)]]])
    expect(areas[0]![0]!.map(key)).toContain('0.5,0')
    expect(areas[0]![0]!.map(key)).toContain('1,0')
  })

  it('tells of shapes that lie apart or meet at a point only', () => {
    const apart = mergeAreas([[[box(0, 0, 1, 1)]], [[box(5, 0, 6, 1)]]])
    expect(apart.areas).toHaveLength(2)
    expect(apart.groups).toEqual([[0], [1]])
    const atPoint = mergeAreas([[[box(0, 0, 1, 1)]], [[box(1, 1, 2, 2)]]])
    expect(atPoint.areas).toHaveLength(2)
    expect(atPoint.groups).toEqual([[0], [1]])
    expect(atPoint.meetAtPoints).toEqual([[1, 1]])
  })

  it('tells how much lay twice, and which gaps it closes in', () => {
    const { overlap } = mergeAreas([[[box(0, 0, 2, 1)]], [[box(1, 0, 3, 1)]]])
    expect(overlap).toBeCloseTo(1 / 3, 12)
    const around = mergeAreas([[[[[0, 0], [3, 0], [3, 3], [2, 3], [2, 1], [1, 1], [1, 3], [0, 3], [0, 0]]]], [[box(1, 2, 2, 3)]]])
    expect(around.gaps).toHaveLength(1)
    expect(sizeOf([around.gaps[0]!])).toBe(1)
  })

  it('does not count an old hole as a gap', () => {
    const holed: Area = [box(0, 0, 4, 4), box(1, 1, 2, 2).reverse()]
    const { areas, gaps } = mergeAreas([[holed], [[box(4, 0, 5, 4)]]])
    expect(areas[0]).toHaveLength(2)
    expect(gaps).toEqual([])
  })

  it('closes a crack of a millimetre, at the first shape’s numbers', () => {
    const { areas } = mergeAreas([[[box(0, 0, 1, 1)]], [[box(1 + 4e-9, 0.2, 2, 0.8)]]])
    expect(areas).toHaveLength(1)
    expect(areas[0]).toHaveLength(1)
  })

  it('undoes a split', () => {
    let merged = 0
    for (let seed = 0; seed < 150; seed += 1) {
      const shapes = new Shapes(seed)
      const whole = [shapes.area()]
      const split = splitAreas(whole, shapes.line())
      if ('reason' in split) continue
      merged += 1
      const { areas, groups, overlap } = mergeAreas(split.pieces)
      expect(areas, `seed ${seed}`).toHaveLength(1)
      expect(groups, `seed ${seed}`).toHaveLength(1)
      expect(Math.abs(size(areas) - size(whole)) / size(whole), `seed ${seed}`).toBeLessThan(1e-11)
      expect(overlap, `seed ${seed}`).toBeLessThan(1e-11)
      expect(areas[0], `seed ${seed}`).toHaveLength(whole[0]!.length)
      const vertices = new Set(areas.flat(2).map(key))
      for (const at of whole.flat(2)) expect(vertices.has(key(at)), `seed ${seed}`).toBe(true)
    }
    expect(merged).toBeGreaterThan(40)
  }, 60_000)

  it('covers what the shapes cover, once', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const shapes = new Shapes(seed)
      const [one, other] = [shapes.area(), shapes.area()]
      const { areas, groups } = mergeAreas([[one], [other]])
      const clip = (area: Area) => area.map((ring) => ring.map(([x, y]): [number, number] => [x, y]))
      const both = size(intersection(clip(one), clip(other)))
      expect(Math.abs(size(areas) - (sizeOf(one) + sizeOf(other) - both)) / size(areas), `seed ${seed}`).toBeLessThan(1e-11)
      expect(groups.length, `seed ${seed}`).toBe(both > 0 ? 1 : 2)
      expect(faultsOfAreas(areas), `seed ${seed}`).toEqual([])
    }
  }, 60_000)
})
