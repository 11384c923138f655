import type { Opening, TrenchSettings } from '../api/trenches'
import { dayOf, yearsAfter } from './days'

/** Days from the first up to and without the last. */
export interface Span {
  from: number
  to: number
}

/** What a work, an opening or a trench is doing within a span of days. */
export type Phase = 'before' | 'open' | 'after' | 'none'

export interface Dated {
  starts_on?: string | null
  ends_on?: string | null
}

export function phaseOf({ starts_on, ends_on }: Dated, span: Span): Phase {
  if (!starts_on || !ends_on) return 'none'
  if (dayOf(starts_on) >= span.to) return 'before'
  return dayOf(ends_on) < span.from ? 'after' : 'open'
}

/** What the register of streets says of a street. */
export interface StreetRecord {
  surfaced_on?: unknown
  surfacing?: unknown
  resurfacing_on?: unknown
  resurfacing?: unknown
}

export interface Protection extends Span {
  why: 'surfacing' | 'resurfacing' | 'opening'
}

/** When a street is protected: after what was done to it, after what is planned, and after each opening. */
export function protectionsOf(street: StreetRecord | undefined, openings: Opening[], years: TrenchSettings['protection']): Protection[] {
  const after = (day: unknown, kind: unknown, why: Protection['why']): Protection[] => {
    const count = kind === 'built' ? years.built : kind === 'major_repair' ? years.major_repair : 0
    if (typeof day !== 'string' || count === 0) return []
    return [{ from: dayOf(day), to: yearsAfter(dayOf(day), count), why }]
  }
  return [
    ...after(street?.surfaced_on, street?.surfacing, 'surfacing'),
    ...after(street?.resurfacing_on, street?.resurfacing, 'resurfacing'),
    ...openings.map(({ ends_on, protected_until }) => ({ from: dayOf(ends_on) + 1, to: dayOf(protected_until), why: 'opening' as const })),
  ].filter(({ from, to }) => to > from)
}

export function overlaps(one: Span, other: Span): boolean {
  return one.from < other.to && other.from < one.to
}
