import { describe, expect, it } from 'vitest'
import { dayOf, firstDayOf, monthOf, monthText, textOf, yearsAfter } from './days'

describe('days', () => {
  it('go to numbers and back', () => {
    for (const text of ['1970-01-01', '2024-02-29', '2026-12-31']) expect(textOf(dayOf(text))).toBe(text)
    expect(dayOf('2024-03-01') - dayOf('2024-02-28')).toBe(2)
  })

  it('belong to the month that holds them', () => {
    const month = monthOf(dayOf('2026-05-31'))
    expect(monthText(month)).toBe('2026-05')
    expect(textOf(firstDayOf(month + 1))).toBe('2026-06-01')
    expect(textOf(firstDayOf(month + 8))).toBe('2027-01-01')
  })

  it('come again after years, a leap day as 28 February', () => {
    expect(textOf(yearsAfter(dayOf('2026-03-15'), 3))).toBe('2029-03-15')
    expect(textOf(yearsAfter(dayOf('2024-02-29'), 3))).toBe('2027-02-28')
    expect(textOf(yearsAfter(dayOf('2024-02-29'), 4))).toBe('2028-02-29')
  })
})
