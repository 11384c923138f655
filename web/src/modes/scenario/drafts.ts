import type { Modification } from '../../api/analysis'

/** What one is made for: a feature of the city, or by a number below 0 one that the scenario added. */
const SUBJECTS = ['facility_id', 'gate_id', 'street_id', 'barrier_id'] as const
type Subject = (typeof SUBJECTS)[number]
const ADDS: Partial<Record<Modification['kind'], Subject>> = { add_facility: 'facility_id', add_street: 'street_id', add_barrier: 'barrier_id' }

export function subjectOf(modification: Modification): [Subject, number] | undefined {
  for (const name of SUBJECTS) if (name in modification) return [name, (modification as unknown as Record<Subject, number>)[name]]
  return undefined
}

/** The number of the modification that added a feature, whose id is below 0. */
export function adderOf(list: readonly Modification[], subject: Subject, id: number): number {
  let count = 0
  return list.findIndex(({ kind }) => ADDS[kind] === subject && --count === id)
}

/** The id that a modification's feature has: −1, −2 … in the order in which its layer's are added. */
export function addedId(list: readonly Modification[], index: number): number | undefined {
  const subject = ADDS[list[index]?.kind ?? 'open_gate']
  if (!subject) return undefined
  return -list.slice(0, index + 1).filter(({ kind }) => ADDS[kind] === subject).length
}

/** The list with one more, told as shortly as it can be: what undoes or replaces an earlier one takes its place. */
export function withOne(list: readonly Modification[], added: Modification): Modification[] {
  const subject = subjectOf(added)
  if (!subject) return [...list, added]
  const [name, id] = subject
  if (id < 0) {
    const adder = adderOf(list, name, id)
    const first = list[adder]
    if (first?.kind === 'add_facility') {
      if (added.kind === 'close_facility') return without(list, adder)
      if (added.kind === 'move_facility') return list.map((one, n) => (n === adder ? { ...first, at: added.at } : one))
      if (added.kind === 'resize_facility') return list.map((one, n) => (n === adder ? { ...first, ...sizesOf(added) } : one))
    }
    if (added.kind === 'remove_street' || added.kind === 'remove_barrier') return without(list, adder)
  }
  const isOfIt = (one: Modification) => subjectOf(one)?.[0] === name && subjectOf(one)?.[1] === id
  if (added.kind === 'open_gate' || added.kind === 'close_gate') {
    // The gate is again what it is in the city, or is told once.
    const before = list.filter((one) => !isOfIt(one))
    return before.length < list.length && list.some((one) => isOfIt(one) && one.kind !== added.kind) ? before : [...before, added]
  }
  const at = list.findIndex((one) => isOfIt(one) && one.kind === added.kind)
  if (added.kind === 'close_facility') return [...list.filter((one) => !isOfIt(one)), added]
  if (at < 0) return [...list, added]
  return list.map((one, n) => (n !== at ? one : added.kind === 'resize_facility' ? { ...one, ...sizesOf(added), kind: added.kind, facility_id: id } : added))
}

function sizesOf(sizes: { building_area_m2?: number | null; land_area_m2?: number | null; capacity?: number | null }) {
  const { building_area_m2, land_area_m2, capacity } = sizes
  return Object.fromEntries(Object.entries({ building_area_m2, land_area_m2, capacity }).filter(([, size]) => typeof size === 'number'))
}

/** The list without one. What was done to a feature that it added goes with it, and later additions are counted anew. */
export function without(list: readonly Modification[], index: number): Modification[] {
  const gone = list[index]
  if (!gone) return [...list]
  const subject = ADDS[gone.kind]
  const id = addedId(list, index)
  const rest = list.filter((_, n) => n !== index)
  if (!subject || id === undefined) return rest
  return rest.flatMap((one) => {
    const of = subjectOf(one)
    if (of?.[0] !== subject || of[1] > id) return [one]
    if (of[1] === id) return []
    return [{ ...one, [subject]: of[1] + 1 } as Modification]
  })
}

export type FacilityState = 'kept' | 'added' | 'moved' | 'closed' | 'resized'
/** A facility as the scenario makes it. */
export interface Placed {
  id: number
  name: string
  at: [number, number]
  state: FacilityState
  /** Where it is in the city, when the scenario moves it. */
  was?: [number, number]
}

/** The facilities of some kinds after the modifications. */
export function placedAfter(facilities: Placed[], list: readonly Modification[], kinds: readonly string[]): Placed[] {
  const found = new Map(facilities.map((one) => [one.id, { ...one }]))
  let added = 0
  for (const one of list) {
    if (one.kind === 'add_facility') {
      added -= 1
      if (kinds.includes(one.facility_kind)) found.set(added, { id: added, name: one.name ?? '', at: one.at as [number, number], state: 'added' })
      continue
    }
    const place = 'facility_id' in one ? found.get(one.facility_id) : undefined
    if (!place) continue
    if (one.kind === 'close_facility') place.state = 'closed'
    else if (one.kind === 'move_facility') {
      if (place.state !== 'added') [place.was, place.state] = [place.was ?? place.at, 'moved']
      place.at = one.at as [number, number]
    } else if (one.kind === 'resize_facility' && place.state === 'kept') place.state = 'resized'
  }
  return [...found.values()]
}
