import { describe, expect, it } from 'vitest'
import { gainsOf, missingOf, orderOf, type Draft } from './order'

const draft: Draft = {
  facilityKinds: ['nursery'],
  objective: 'mclp',
  weight: 'small_children',
  limitBy: 'p',
  p: 2,
  budget: '',
  radiusM: 300,
  hasCapacities: false,
  candidateCapacity: 40,
  existingCapacity: null,
  assignment: 'single',
  withoutExisting: false,
  roomM2: null,
  timeLimitS: null,
  wishes: new Map([
    [4, 'must'],
    [9, 'must_not'],
  ]),
}

describe('the question', () => {
  it('holds what the objective asks for and nothing else', () => {
    expect(orderOf(draft)).toEqual({
      objective: 'mclp',
      weight: 'small_children',
      kinds: [{ facility_kinds: ['nursery'], p: 2, radius_m: 300 }],
      must: [4],
      must_not: [9],
      without_existing: false,
    })
    expect(orderOf({ ...draft, objective: 'lscp' }).kinds).toEqual([{ facility_kinds: ['nursery'], radius_m: 300 }])
    expect(orderOf({ ...draft, objective: 'p-median', limitBy: 'budget', budget: '1200000' })).toMatchObject({ budget: '1200000.00', kinds: [{ facility_kinds: ['nursery'] }] })
    expect(orderOf({ ...draft, hasCapacities: true })).toMatchObject({ candidate_capacity: 40, existing_capacity: null, assignment: 'single' })
  })

  it('says what is not filled in', () => {
    expect(missingOf(draft)).toEqual([])
    expect(missingOf({ ...draft, p: null, radiusM: null })).toEqual(['p', 'radius'])
    expect(missingOf({ ...draft, p: 1.5 })).toEqual(['p'])
    expect(missingOf({ ...draft, limitBy: 'budget', budget: '12万' })).toEqual(['budget'])
    expect(missingOf({ ...draft, objective: 'lscp', p: null })).toEqual([])
    expect(missingOf({ ...draft, hasCapacities: true, candidateCapacity: null })).toEqual(['capacity'])
  })
})

it('buildings are told apart by what they get', () => {
  const answer = {
    chosen: ['candidate_site/3'],
    served: [
      { demand_id: 'building/1', site_id: 'candidate_site/3' },
      { demand_id: 'building/2', site_id: 'candidate_site/3' },
      { demand_id: 'building/3', site_id: 'facility/3' },
      { demand_id: 'building/5', site_id: 'facility/3' },
      { demand_id: 'building/5', site_id: 'candidate_site/3' },
    ],
    left_out: [{ demand_id: 'building/4' }, { demand_id: 'building/5' }],
  }
  expect([...gainsOf(answer, (id) => id === 2)].sort()).toEqual([
    [1, 'new'],
    [2, 'closer'],
    [3, 'kept'],
    [4, 'left'],
    [5, 'new'],
  ])
})
