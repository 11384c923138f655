import type { StreetEntry } from '../api/street_calendar'
import { dayOf, firstDayOf } from './days'
import { grouped } from './grouped'
import { overlaps, type Span } from './phases'

/** What happens to a street in a month. Several things may; the first of these is drawn, all are said. */
export const MARKS = ['agreed', 'planned', 'surfaced', 'resurfaced', 'protected'] as const
export type Mark = (typeof MARKS)[number]

/** Months of a year as spans, January first. */
export function monthsOf(year: number): Span[] {
  return Array.from({ length: 12 }, (_, n) => ({ from: firstDayOf(year * 12 + n), to: firstDayOf(year * 12 + n + 1) }))
}

/** A street by its name, with all of its parts in the register; nameless ones stand alone. */
export interface CalendarRow {
  name: string | undefined
  parts: StreetEntry[]
}

export function rowsOf(streets: StreetEntry[]): CalendarRow[] {
  return [...grouped(streets, ({ name, street_id }) => name || street_id).values()].map((parts) => ({ name: parts[0]?.name || undefined, parts }))
}

/** What happens to any part of a street in each month of a year. */
export function marksOfRow({ parts }: CalendarRow, year: number): Mark[][] {
  const all = parts.map((part) => marksOf(part, year))
  return monthsOf(year).map((_, n) => MARKS.filter((mark) => all.some((months) => months[n]?.includes(mark))))
}

/** What happens to a street in each month of a year. Openings whose days are not told are in no month. */
export function marksOf(street: StreetEntry, year: number): Mark[][] {
  const on = (day: string | null | undefined, month: Span) => typeof day === 'string' && dayOf(day) >= month.from && dayOf(day) < month.to
  return monthsOf(year).map((month) => {
    const open = (state: 'agreed' | 'planned') =>
      street.openings.some((one) => one.state === state && one.starts_on && one.ends_on && overlaps({ from: dayOf(one.starts_on), to: dayOf(one.ends_on) + 1 }, month))
    const { surfaced_on, protected_until } = street
    const isProtected = surfaced_on && protected_until && overlaps({ from: dayOf(surfaced_on), to: dayOf(protected_until) }, month)
    const marks: [Mark, boolean][] = [
      ['agreed', open('agreed')],
      ['planned', open('planned')],
      ['surfaced', on(surfaced_on, month)],
      ['resurfaced', on(street.resurfacing_on, month)],
      ['protected', Boolean(isProtected)],
    ]
    return marks.flatMap(([mark, holds]) => (holds ? [mark] : []))
  })
}
