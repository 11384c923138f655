import { describe, expect, it } from 'vitest'
import type { OwnPlannedTrench, OwnTrenchPlan } from '../api/trench_plans'
import { accepting } from './accepting'

const trench = (trench_id: number, starts_on: string, ends_on: string, works: number[]) =>
  ({ trench_id, code: `GG1-00${trench_id}`, result: { starts_on, ends_on }, works: works.map((work_id) => ({ work_id, name: `工程${work_id}` })) }) as unknown as OwnPlannedTrench
const plan = (planned_trenches: OwnPlannedTrench[], shifts: Record<number, number>) =>
  ({ planned_trenches, works: Object.entries(shifts).map(([id, shift_days]) => ({ work_id: Number(id), shift_days })) }) as unknown as OwnTrenchPlan

describe('several trenches that are accepted in one step', () => {
  const [a, b, c] = [trench(1, '2024-06-01', '2024-06-20', [1]), trench(2, '2024-05-01', '2024-05-20', [2, 3]), trench(3, '2024-06-01', '2024-07-10', [1])]

  it('are summed up by their days and by the works that leave their windows', () => {
    expect(accepting([a, b, c], [plan([a, b, c], { 1: 4, 2: 0, 3: 9 })])).toEqual({
      trenches: 3,
      first: '2024-05-01',
      last: '2024-07-10',
      begins: [
        { day: '2024-05-01', n: 1 },
        { day: '2024-06-01', n: 2 },
      ],
      // A work in two trenches has one day, and is told once.
      shifted: [
        { name: '工程1', code: 'GG1-003', days: 4 },
        { name: '工程3', code: 'GG1-002', days: 9 },
      ],
    })
  })

  it('take the shifts of each from its own plan', () => {
    const told = accepting([a, b], [plan([a], { 1: 4 }), plan([b], { 1: 40, 2: 2 })])
    expect(told?.shifted.map(({ days }) => days)).toEqual([4, 2])
  })

  it('are nothing when none is chosen', () => expect(accepting([], [])).toBeUndefined())
})
