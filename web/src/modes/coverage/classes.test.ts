import { describe, expect, it } from 'vitest'
import type { RuleResult } from '../../api/analysis'
import { CLASSES, classesOf, stepsOf } from './classes'

function result(reach_m: number | null, facilities: number, buildings: [number | null, number, number][]): RuleResult {
  const column = <T>(n: 0 | 1 | 2) => buildings.map((one) => one[n]) as T[]
  const lists = { distance_m: column<number | null>(0), why: column<number>(1), state: column<number>(2), facility_id: [] }
  return { reach_m, facilities, buildings: lists } as unknown as RuleResult
}
const named = (one: RuleResult) => classesOf(one, 3000).map((index) => CLASSES[index])

describe('classes of buildings', () => {
  it('keeps distances, beyond the limit and no path apart', () => {
    const all = result(300, 2, [[150, 0, 0], [300, 0, 1], [600, 0, 2], [601, 0, 2], [null, 1, 2], [null, 2, 2]])
    expect(named(all)).toEqual(['near', 'within', 'outside', 'far', 'beyond', 'no_path'])
  })

  it('calls nothing near or far where there is no facility on record', () => {
    expect(named(result(300, 0, [[null, 2, 3], [null, 1, 3]]))).toEqual(['no_data', 'no_data'])
  })

  it('believes the state where the distance was rounded down to the reach', () => {
    expect(named(result(300, 1, [[300, 0, 2], [300, 0, 3]]))).toEqual(['outside', 'within'])
  })

  it('colours by distance alone where a rule asks for no nearness', () => {
    expect(stepsOf({ reach_m: null }, 3000)).toEqual([300, 500, 1000, 3000])
    expect(named(result(null, 1, [[300, 0, 2], [501, 0, 2], [1001, 0, 2]]))).toEqual(['near', 'outside', 'far'])
  })
})
