import { describe, expect, it } from 'vitest'
import type { Modification } from '../../api/analysis'
import { addedId, placedAfter, withOne, without, type Placed } from './drafts'

const add = (name: string, at = [1, 1]): Modification => ({ kind: 'add_facility', facility_kind: 'nursery', at, name })
const move = (facility_id: number, at: number[]): Modification => ({ kind: 'move_facility', facility_id, at })
const close = (facility_id: number): Modification => ({ kind: 'close_facility', facility_id })

describe('one more modification', () => {
  it('takes the place of the one that it replaces', () => {
    expect(withOne([move(7, [1, 2]), move(8, [0, 0])], move(7, [3, 4]))).toEqual([move(7, [3, 4]), move(8, [0, 0])])
    expect(withOne([{ kind: 'resize_facility', facility_id: 7, capacity: 4 }], { kind: 'resize_facility', facility_id: 7, building_area_m2: 90 })).toEqual([
      { kind: 'resize_facility', facility_id: 7, capacity: 4, building_area_m2: 90 },
    ])
    expect(withOne([move(7, [1, 2]), close(8)], close(7))).toEqual([close(8), close(7)])
  })

  it('of a facility that the scenario added is told with the addition', () => {
    const list = [add('甲'), add('乙')]
    expect(withOne(list, move(-2, [5, 6]))).toEqual([add('甲'), add('乙', [5, 6])])
    expect(withOne(list, { kind: 'resize_facility', facility_id: -1, capacity: 30 })[0]).toEqual({ ...add('甲'), capacity: 30 })
    expect(withOne(list, close(-1))).toEqual([add('乙')])
  })

  it('that opens a gate again leaves the gate alone', () => {
    const opened = withOne([], { kind: 'open_gate', gate_id: 3 })
    expect(opened).toHaveLength(1)
    expect(withOne(opened, { kind: 'open_gate', gate_id: 3 })).toHaveLength(1)
    expect(withOne(opened, { kind: 'close_gate', gate_id: 3 })).toEqual([])
  })
})

it('an addition that is taken out takes what was done to it along, and the next ones are counted anew', () => {
  const list = [add('甲'), add('乙'), move(-1, [2, 2]), { kind: 'resize_facility', facility_id: -2, capacity: 9 } as Modification, move(7, [3, 3])]
  expect(addedId(list, 1)).toBe(-2)
  expect(without(list, 0)).toEqual([add('乙'), { kind: 'resize_facility', facility_id: -1, capacity: 9 }, move(7, [3, 3])])
})

it('facilities stand where the scenario puts them, and tell what was done', () => {
  const kept: Placed[] = [1, 2, 3].map((id) => ({ id, name: `${id}`, at: [id, 0], state: 'kept' }))
  const after = placedAfter(kept, [move(1, [9, 9]), move(1, [8, 8]), close(2), add('新'), { ...add('别的'), facility_kind: 'canteen' } as Modification], ['nursery'])
  expect(after).toEqual([
    { id: 1, name: '1', at: [8, 8], state: 'moved', was: [1, 0] },
    { id: 2, name: '2', at: [2, 0], state: 'closed' },
    { id: 3, name: '3', at: [3, 0], state: 'kept' },
    { id: -1, name: '新', at: [1, 1], state: 'added' },
  ])
  expect(kept[0]?.at).toEqual([1, 0])
})
