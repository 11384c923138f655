import { describe, expect, it } from 'vitest'
import { mergeProperties, shareOut, splitProperties } from './heirs'
import { Shapes } from './random_shapes'

const fields = [
  { name: 'code', type: 'text', role: 'identifier' },
  { name: 'name', type: 'text', role: 'plain' },
  { name: 'tenure', type: 'choice', role: 'plain' },
  { name: 'households', type: 'integer', role: 'quantity' },
  { name: 'floor_area_m2', type: 'number', role: 'quantity' },
  { name: 'estimated_cost', type: 'money', role: 'quantity' },
] as const

describe('the properties of pieces', () => {
  it('leave the code with the first and share out counts by size, to the last household', () => {
    const whole = { code: 'A1', name: '和平小区', tenure: null, households: 100, floor_area_m2: 10.01, estimated_cost: '1000.00' }
    const { pieces, shared, cleared } = splitProperties(fields, whole, [2, 1])
    expect(pieces).toEqual([
      { code: 'A1', name: '和平小区', tenure: null, households: 67, floor_area_m2: 6.67, estimated_cost: '666.67' },
      { code: null, name: '和平小区', tenure: null, households: 33, floor_area_m2: 3.34, estimated_cost: '333.33' },
    ])
    expect(shared).toEqual(['households', 'floor_area_m2', 'estimated_cost'])
    expect(cleared).toEqual(['code'])
  })

  it('stay unknown where the whole is', () => {
    const { pieces, shared, cleared } = splitProperties(fields, { name: '和平小区' }, [1, 1])
    expect(pieces[1]).toEqual({ name: '和平小区' })
    expect([shared, cleared]).toEqual([[], []])
  })

  it('add up whatever is shared', () => {
    for (let seed = 0; seed < 300; seed += 1) {
      const shapes = new Shapes(seed)
      const total = shapes.whole(0, 5000)
      const shares = Array.from({ length: shapes.whole(1, 6) }, () => shapes.between(1e-9, 1))
      const parts = shareOut(total, shares)
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
      const all = shares.reduce((sum, share) => sum + share, 0)
      parts.forEach((part, n) => expect(Math.abs(part - (total * shares[n]!) / all)).toBeLessThanOrEqual(1 + 1e-9))
    }
  })
})

describe('the properties of a merged feature', () => {
  const one = { code: 'A1', name: '和平小区', tenure: 'public', households: 100, floor_area_m2: 10.1, estimated_cost: '0.10' }
  const other = { code: 'A2', name: '建设小区', tenure: 'public', households: 50, floor_area_m2: 0.2, estimated_cost: '0.20' }

  it('are sums where all are known, and asked where they differ', () => {
    const { properties, summed, unknown, asks } = mergeProperties(fields, [one, other])
    expect(properties).toEqual({ code: 'A1', tenure: 'public', households: 150, floor_area_m2: 10.3, estimated_cost: '0.30' })
    expect(summed).toEqual(['households', 'floor_area_m2', 'estimated_cost'])
    expect(unknown).toEqual([])
    expect(asks).toEqual([
      { field: 'name', options: [{ value: '和平小区', features: [0] }, { value: '建设小区', features: [1] }] },
    ])
  })

  it('are unknown where one is unknown: half a sum is no sum', () => {
    const { properties, unknown, asks } = mergeProperties(fields, [one, { ...other, households: null, tenure: null }, one])
    expect(properties['households']).toBeNull()
    expect(unknown).toEqual(['households'])
    expect(asks.find(({ field }) => field === 'tenure')?.options).toEqual([
      { value: 'public', features: [0, 2] },
      { value: null, features: [1] },
    ])
  })

  it('give back what a split shared out', () => {
    const { pieces } = splitProperties(fields, one, [3, 2, 1])
    expect(mergeProperties(fields, pieces).properties).toEqual(one)
  })
})
