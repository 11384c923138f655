import { describe, expect, it } from 'vitest'
import type { Trench, TrenchSettings, WorkResult } from '../api/trenches'
import { dayOf, textOf } from './days'
import { ganttRows, reachOf, ticksOf, type GanttInput } from './gantt'
import { worksOf } from './works'

const result = (work_id: number, street_ids: number[], starts_on?: string, ends_on?: string): WorkResult => ({
  work_id,
  street_ids,
  state: starts_on ? 'planned' : 'not_planned',
  starts_on: starts_on ?? null,
  ends_on: ends_on ?? null,
  shift_days: 0,
  length_m: 100,
  remarks: [],
})
const feature = (id: number, properties: Record<string, string | number | null>) => ({ id, geometry: { type: 'LineString' as const, coordinates: [] }, properties })
const works = worksOf(
  [result(1, [7], '2026-05-01', '2026-05-31'), result(2, [7, 8], '2026-05-01', '2026-06-20'), result(3, [])],
  [
    feature(1, { window_start: '2026-04-01', window_end: '2026-08-31', shift_limit_days: 30 }),
    feature(2, { window_start: '2026-05-01', window_end: '2026-07-31', shift_limit_days: null }),
  ],
)
const input: GanttInput = {
  works,
  openings: [{ street_id: 7, street: null, starts_on: '2026-05-01', ends_on: '2026-06-20', protected_until: '2029-06-21', work_ids: [1, 2], is_protection_unknown: false }],
  trenches: [{ work_ids: [1, 2], street_id: 7 } as Trench],
  streets: new Map(),
  settings: { shift_limit_days: 0, protection: { built: 5, major_repair: 3, opening: 3 } } as TrenchSettings,
  by: 'street',
}

describe('the chart of days', () => {
  it('has a work below each of its streets, what lies in none at the end, and loses nobody', () => {
    const rows = ganttRows(input)
    expect(rows.map((row) => row.key)).toEqual(['s7', 's7/1', 's7/2', 's8', 's8/2', 's', 's/3'])
    const groups = rows.flatMap((row) => (row.kind === 'group' ? [row.count] : []))
    expect(groups).toEqual([2, 1, 1])
  })

  it('shows the window, how far it may be moved, the days, and when the street is protected', () => {
    const [group, first, second] = ganttRows(input)
    if (group?.kind !== 'group' || first?.kind !== 'work' || second?.kind !== 'work') throw new Error('these are other rows')
    expect(first.limits.map(({ from, to }) => [textOf(from), textOf(to)])).toEqual([['2026-03-02', '2026-04-01'], ['2026-09-01', '2026-10-01']])
    expect(second.limits, 'the setting is 0').toEqual([])
    expect(first.days).toEqual({ from: dayOf('2026-05-01'), to: dayOf('2026-06-01') })
    expect(group.protections.map(({ from }) => textOf(from))).toEqual(['2026-06-21'])
  })

  it('parts of a street with one name are one street, and each work stands there once', () => {
    const streets = new Map([[7, { name: '四季二路' }], [8, { name: '四季二路' }]])
    const rows = ganttRows({ ...input, streets })
    expect(rows.map((row) => row.key)).toEqual(['s7', 's7/1', 's7/2', 's', 's/3'])
    expect(rows[0]).toMatchObject({ streetIds: [7, 8], count: 2 })
  })

  it('by trenches keeps those that share none too', () => {
    expect(ganttRows({ ...input, by: 'trench' }).map((row) => row.key)).toEqual(['t0', 't0/1', 't0/2', 's', 's/3'])
  })

  it('reaches over all windows in whole months, and marks them without crowding', () => {
    const reach = reachOf(ganttRows(input))!
    expect([textOf(reach.from), textOf(reach.to)]).toEqual(['2026-03-01', '2026-11-01'])
    expect(ticksOf(reach, 2).map(({ label }) => label)).toEqual(['3', '4', '5', '6', '7', '8', '9', '10'])
    expect(ticksOf(reach, 0.5).map(({ label }) => label)).toEqual(['4', '7', '10'])
    expect(ticksOf({ from: dayOf('2025-06-01'), to: dayOf('2028-01-01') }, 0.1).map(({ label }) => label)).toEqual(['2026', '2027'])
    expect(reachOf([])).toBeUndefined()
  })

  it('makes rows of a thousand works at once', () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({ ...works[0]!, id: n, result: result(n, [n % 40], '2026-05-01', '2026-05-31') }))
    const start = performance.now()
    expect(ganttRows({ ...input, works: many }).length).toBe(1040)
    expect(performance.now() - start).toBeLessThan(500)
  })
})
