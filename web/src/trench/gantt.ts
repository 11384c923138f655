import type { Opening, Trench, TrenchSettings } from '../api/trenches'
import { dayOf, firstDayOf, monthOf } from './days'
import { grouped } from './grouped'
import { protectionsOf, type Protection, type Span, type StreetRecord } from './phases'
import type { Work } from './works'

export interface GroupRow {
  kind: 'group'
  key: string
  /** The parts of a street that have one name, a trench by its position in the answer, or nothing of the kind. */
  streetIds: number[]
  trench: number | undefined
  count: number
  protections: Protection[]
}

export interface WorkRow {
  kind: 'work'
  key: string
  work: Work
  /** Days before and after its window to which its operator lets it be moved. */
  limits: Span[]
  days: Span | undefined
  protections: Protection[]
}

export type GanttRow = GroupRow | WorkRow

export interface GanttInput {
  works: Work[]
  openings: Opening[]
  trenches: Trench[]
  streets: ReadonlyMap<number, StreetRecord & { name?: unknown }>
  settings: TrenchSettings
  by: 'street' | 'trench'
}

/** Works as rows below the street or the trench that they belong to; a work in two streets stands below both. Parts of a street with one name are one street here. */
export function ganttRows({ works, openings, trenches, streets, settings, by }: GanttInput): GanttRow[] {
  const openingsOf = grouped(openings, ({ street_id }) => street_id)
  const protectedIn = (ids: number[]) => {
    const all = ids.flatMap((id) => protectionsOf(streets.get(id), openingsOf.get(id) ?? [], settings.protection))
    // Parts that were surfaced or opened together are protected together.
    return [...new Map(all.map((one) => [`${one.from} ${one.to}`, one])).values()]
  }
  const groups: { streetIds: number[]; trench: number | undefined; works: Work[] }[] = []
  const byId = new Map(works.map((work) => [work.id, work]))
  if (by === 'trench') {
    for (const [n, trench] of trenches.entries()) {
      const members = trench.work_ids.flatMap((id) => byId.get(id) ?? [])
      if (members.length > 0) groups.push({ streetIds: trench.street_id ? [trench.street_id] : [], trench: n, works: members })
    }
    const shared = new Set(trenches.flatMap(({ work_ids }) => work_ids))
    const rest = works.filter(({ id }) => !shared.has(id))
    if (rest.length > 0) groups.push({ streetIds: [], trench: undefined, works: rest })
  } else {
    const places = works.flatMap((work): { work: Work; id: number | undefined }[] => {
      const ids = work.result.street_ids
      return ids.length > 0 ? ids.map((id) => ({ work, id })) : [{ work, id: undefined }]
    })
    const streetOf = (id: number | undefined) => (id === undefined ? undefined : (streets.get(id)?.name ?? id))
    for (const members of grouped(places, ({ id }) => streetOf(id)).values()) {
      const streetIds = [...new Set(members.flatMap(({ id }) => id ?? []))].sort((a, b) => a - b)
      groups.push({ streetIds, trench: undefined, works: [...new Set(members.map(({ work }) => work))] })
    }
    // Where most works meet there is most to see.
    groups.sort((a, b) => Number(a.streetIds.length === 0) - Number(b.streetIds.length === 0) || b.works.length - a.works.length || (a.streetIds[0] ?? 0) - (b.streetIds[0] ?? 0))
  }
  return groups.flatMap(({ streetIds, trench, works: members }): GanttRow[] => {
    const own = protectedIn(streetIds)
    const key = trench === undefined ? `s${streetIds[0] ?? ''}` : `t${trench}`
    return [
      { kind: 'group', key, streetIds, trench, count: members.length, protections: own },
      ...[...members].sort((a, b) => startOf(a) - startOf(b) || a.id - b.id).map((work) => rowOf(work, key, own, settings)),
    ]
  })
}

function rowOf(work: Work, group: string, protections: Protection[], settings: TrenchSettings): WorkRow {
  const { from, to } = work.window
  const limit = work.shiftLimitDays ?? settings.shift_limit_days
  const limits = limit > 0 ? [...(from === undefined ? [] : [{ from: from - limit, to: from }]), ...(to === undefined ? [] : [{ from: to, to: to + limit }])] : []
  const { starts_on, ends_on } = work.result
  const days = starts_on && ends_on ? { from: dayOf(starts_on), to: dayOf(ends_on) + 1 } : undefined
  return { kind: 'work', key: `${group}/${work.id}`, work, limits, days, protections }
}

const startOf = (work: Work) => (work.result.starts_on ? dayOf(work.result.starts_on) : (work.window.from ?? Infinity))

/** From the first day of the first month that something of the works lies in to the end of the last. */
export function reachOf(rows: GanttRow[]): Span | undefined {
  let [from, to] = [Infinity, -Infinity]
  for (const row of rows) {
    if (row.kind === 'group') continue
    for (const span of [row.work.window, ...row.limits, row.days]) {
      if (span?.from !== undefined) from = Math.min(from, span.from)
      if (span?.to !== undefined) to = Math.max(to, span.to)
    }
  }
  if (!Number.isFinite(from) || !Number.isFinite(to)) return undefined
  return { from: firstDayOf(monthOf(from)), to: firstDayOf(monthOf(to) + 1) }
}

export interface Tick {
  day: number
  label: string
  isYear: boolean
}

/** Where the axis is marked: each month, quarter or year, so that labels do not meet. */
export function ticksOf({ from, to }: Span, pxADay: number): Tick[] {
  const step = pxADay * 30 >= 34 ? 1 : pxADay * 91 >= 34 ? 3 : 12
  const ticks: Tick[] = []
  for (let month = Math.ceil(monthOf(from) / step) * step; firstDayOf(month) < to; month += step) {
    const isYear = month % 12 === 0
    ticks.push({ day: firstDayOf(month), label: isYear ? String(month / 12) : String((month % 12) + 1), isYear })
  }
  return ticks
}
