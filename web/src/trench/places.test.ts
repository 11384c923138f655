import { describe, expect, it } from 'vitest'
import { lengthM } from '../map/measure'
import { middleOf, nearest, placeAt, type Place } from './places'

const east: Place[] = [[104.64, 30.12], [104.65, 30.12]]

describe('places on lines', () => {
  it('lie as far along as the ellipsoid says, to a hundredth', () => {
    const at = placeAt([east], 300)!
    expect(lengthM([east[0]!, at])).toBeGreaterThan(297)
    expect(lengthM([east[0]!, at])).toBeLessThan(303)
    expect(placeAt([east], 1e9)).toEqual(east[1])
    expect(middleOf([east])![0]).toBeCloseTo(104.645, 6)
  })

  it('go on over several parts', () => {
    const parts: Place[][] = [[[104.64, 30.12], [104.641, 30.12]], [[104.641, 30.12], [104.642, 30.12]]]
    expect(middleOf(parts)![0]).toBeCloseTo(104.641, 6)
  })

  it('two lines are nearest where they cross, or between their nearest places', () => {
    const north: Place[] = [[104.645, 30.11], [104.645, 30.13]]
    expect(nearest([east], [north])!.map((n) => Number(n.toFixed(6)))).toEqual([104.645, 30.12])
    const beside: Place[] = [[104.66, 30.12], [104.67, 30.13]]
    expect(nearest([east], [beside])!.map((n) => Number(n.toFixed(6)))).toEqual([104.655, 30.12])
  })
})
