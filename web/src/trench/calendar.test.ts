import { describe, expect, it } from 'vitest'
import type { StreetEntry } from '../api/street_calendar'
import { marksOf, marksOfRow, monthsOf, rowsOf } from './calendar'
import { textOf } from './days'

const street: StreetEntry = {
  street_id: 1,
  name: '四季二路',
  surfaced_on: '2025-03-01',
  surfacing: 'major_repair',
  protected_until: '2026-02-01',
  resurfacing_on: '2026-11-20',
  resurfacing: 'major_repair',
  is_protection_unknown: false,
  is_opened_more_than_once: false,
  is_opened_while_protected: false,
  openings_in_year: 1,
  openings: [
    { year: 2026, state: 'agreed', starts_on: '2026-04-20', ends_on: '2026-06-01', protected_until_year: 2029 },
    { year: 2026, state: 'planned', starts_on: null, ends_on: null, protected_until_year: 2029 },
  ],
  community_works: [],
  outside_plans: null,
}

describe('the calendar of a street', () => {
  it('has twelve months without gaps', () => {
    const months = monthsOf(2026)
    expect(months.map(({ from }) => textOf(from)).at(0)).toBe('2026-01-01')
    expect(textOf(months[11]!.to)).toBe('2027-01-01')
    expect(months.every(({ from }, n) => n === 0 || months[n - 1]!.to === from)).toBe(true)
  })

  it('marks openings, surfacings and protection in their months, and an opening without days in none', () => {
    const marks = marksOf(street, 2026)
    expect(marks[0]).toEqual(['protected'])
    expect(marks[1], 'protection ends before 1 February').toEqual([])
    expect(marks.map((one) => one.includes('agreed')).map(Number).join('')).toBe('000111000000')
    expect(marks[10]).toEqual(['resurfaced'])
    expect(marks.flat()).not.toContain('planned')
    expect(marksOf(street, 2025)[2]).toEqual(['surfaced', 'protected'])
  })

  it('parts of one name are one row that shows what happens to any of them; nameless streets stay apart', () => {
    const quiet: StreetEntry = { ...street, street_id: 2, surfaced_on: null, protected_until: null, resurfacing_on: '2026-02-03', openings: [] }
    const rows = rowsOf([street, { ...street, street_id: 3, name: null }, quiet, { ...street, street_id: 4, name: null }])
    expect(rows.map(({ name, parts }) => [name, parts.map(({ street_id }) => street_id)])).toEqual([['四季二路', [1, 2]], [undefined, [3]], [undefined, [4]]])
    const marks = marksOfRow(rows[0]!, 2026)
    expect(marks[0]).toEqual(['protected'])
    expect(marks[1]).toEqual(['resurfaced'])
    expect(marks[4]).toEqual(['agreed'])
  })
})
