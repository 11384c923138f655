import { describe, expect, it } from 'vitest'
import type { components } from '../api/schema'
import { shownPlan } from './shown_plan'

type Own = components['schemas']['TrenchViewAnswer']

const check = { table: 'horizontal', side: 'as_submitted', work_id: 1, verdict: 'fail', rules: [], is_axis_distance: false } as const
const own = {
  revision: 7,
  cut_lists: [],
  operator: { operator: '甲', works: 1, planned: 1, planned_alone: 0, saving_yuan: '1.00', clashes: 2 },
  others: [{ work_id: 2, utility_kind: 'gas', operator: '乙' }],
  works: [],
  openings: [],
  trenches: [{ checks: [{ ...check, other: { feature: null, what: 'hidden_work' } }], width_m: null, has_hidden: true, work_ids: [1], lines: [] }],
  clashes: [
    { kind: 'clearance', work_id: 1, other: { feature: 'utility_work/2', what: 'work' }, places: [] },
    { kind: 'second_opening', work_id: 1, other: { feature: null, what: 'hidden_work' }, places: [] },
  ],
  opportunities: [
    { work_id: 1, other: { feature: 'utility_work/2', what: 'work' }, places: [], shift_days: 0 },
    { work_id: 1, other: { feature: null, what: 'hidden_work' }, places: [], shift_days: null },
  ],
  checks: [{ ...check, other: null }],
  totals: { works: 1 },
} as unknown as Own

describe('a plan as an operator may know it', () => {
  const plan = shownPlan(own)

  it('names what is shown and only says that the rest is there', () => {
    expect(plan.clashes.map(({ other }) => other)).toEqual(['utility_work/2', 'hidden_work/'])
    expect(plan.opportunities.map(({ work_ids, hidden }) => [work_ids, hidden])).toEqual([[[1, 2], undefined], [[1], 'hidden_work/']])
    expect(plan.trenches[0]!.checks[0]!.other).toBe('hidden_work/')
    expect(plan.checks[0]!.other, 'cover has no other side').toBeNull()
  })

  it('has no figures of the whole, and its own operator alone', () => {
    expect(plan.whole).toBeUndefined()
    expect(plan.operators.map(({ operator }) => operator)).toEqual(['甲'])
  })

  it('the city’s stays what it is', () => {
    const whole = { totals: { works: 3 }, bound: {}, alone: {}, operators: [], clashes: [{ other: 'street/3' }] } as unknown as components['schemas']['TrenchesAnswer']
    expect(shownPlan(whole)).toMatchObject({ whole: { totals: { works: 3 } }, totals: { works: 3 }, others: [], clashes: [{ other: 'street/3' }] })
  })
})
