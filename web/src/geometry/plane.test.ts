import { describe, expect, it } from 'vitest'
import { crossing, inArea, inRing, nearestOn, side, sizeOf, turning, type Area, type At, type Ring } from './plane'

const square: Ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
const hole: Ring = [[1, 1], [1, 3], [3, 3], [3, 1], [1, 1]]

describe('the plane', () => {
  it('knows left from right, exactly', () => {
    expect(side([0, 0], [1, 0], [0.5, 1])).toBeGreaterThan(0)
    expect(side([0, 0], [1, 0], [0.5, -1e-300])).toBeLessThan(0)
    // Rounding would put this place off the diagonal.
    expect(side([0.1, 0.1], [0.3, 0.3], [0.2, 0.2])).toBe(0)
  })

  it('turns left with a positive area, and takes holes off', () => {
    expect(turning(square)).toBe(16)
    expect(turning([...square].reverse())).toBe(-16)
    expect(sizeOf([square, hole])).toBe(12)
  })

  it('tells inside, edge and outside of an area', () => {
    const area: Area = [square, hole]
    expect([[0.5, 0.5], [4, 2], [2, 2], [1, 2], [5, 5]].map((at) => inArea(at as unknown as At, area))).toEqual([1, 0, -1, 0, -1])
    expect(inRing([4, 4], square)).toBe(0)
    // Level with vertices, where a careless ray counts twice.
    expect(inRing([2, 2], [[0, 0], [4, 2], [0, 4], [1, 2], [0, 0]])).toBe(1)
    expect(inRing([-1, 2], [[0, 0], [4, 2], [0, 4], [1, 2], [0, 0]])).toBe(-1)
  })

  it('finds where edges cross, not where they touch', () => {
    expect(crossing([[0, 0], [2, 2]], [[0, 2], [2, 0]])).toEqual([1, 1])
    expect(crossing([[0, 0], [2, 2]], [[1, 1], [2, 0]])).toBeUndefined()
    expect(crossing([[0, 0], [2, 2]], [[3, 3], [4, 4]])).toBeUndefined()
  })

  it('gives the end of an edge bit for bit', () => {
    expect(nearestOn([[0.1, 0.2], [0.3, 0.7]], [9, 9])).toEqual([0.3, 0.7])
    expect(nearestOn([[0, 0], [4, 0]], [1, 5])).toEqual([1, 0])
  })
})
