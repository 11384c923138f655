/** Days and months as whole numbers: no clock, no time zone. */

const DAY_MS = 86_400_000

/** Days since 1970-01-01 of a day as the API writes it, `2026-05-01`. */
export function dayOf(text: string): number {
  const [year = NaN, month = NaN, day = NaN] = text.split('-').map(Number)
  return Date.UTC(year, month - 1, day) / DAY_MS
}

export function textOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Months since the year 0. */
export function monthOf(day: number): number {
  const date = new Date(day * DAY_MS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

export function firstDayOf(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS
}

/** A month as `2026-05`. */
export function monthText(month: number): string {
  return textOf(firstDayOf(month)).slice(0, 7)
}

/** The same day so many years later; 28 February for a leap day, as the server has it. */
export function yearsAfter(day: number, years: number): number {
  const [year = 0, month = 1, date = 1] = textOf(day).split('-').map(Number)
  const later = Date.UTC(year + years, month - 1, date)
  return (new Date(later).getUTCMonth() === month - 1 ? later : Date.UTC(year + years, month - 1, 28)) / DAY_MS
}

/** Today as a calendar on the wall has it. */
export function today(now = new Date()): number {
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / DAY_MS
}
