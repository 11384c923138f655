import type { SitingOrder } from '../../api/analysis'

export const OBJECTIVES = ['mclp', 'lscp', 'p-median', 'p-center'] as const
export type Objective = (typeof OBJECTIVES)[number]
export const WEIGHTS = ['households', 'residents', 'elders', 'small_children'] as const
export type Weight = (typeof WEIGHTS)[number]
/** What is wanted of a candidate site. */
export type Wish = 'must' | 'must_not'

/** The question as the form holds it. Numbers that are not filled in are null. */
export interface Draft {
  facilityKinds: string[]
  objective: Objective
  weight: Weight
  limitBy: 'p' | 'budget'
  p: number | null
  budget: string
  radiusM: number | null
  hasCapacities: boolean
  candidateCapacity: number | null
  existingCapacity: number | null
  assignment: 'single' | 'split'
  withoutExisting: boolean
  roomM2: number | null
  timeLimitS: number | null
  wishes: ReadonlyMap<number, Wish>
}

export const hasRadius = (objective: Objective) => objective === 'mclp' || objective === 'lscp'
/** LSCP finds the number itself. */
export const hasNumber = (objective: Objective) => objective !== 'lscp'

export type Missing = 'p' | 'budget' | 'radius' | 'capacity'

/** What has to be filled in before it can be asked. */
export function missingOf(draft: Draft): Missing[] {
  const missing: Missing[] = []
  if (hasNumber(draft.objective) && draft.limitBy === 'p' && !(Number.isInteger(draft.p) && (draft.p ?? 0) > 0)) missing.push('p')
  if (hasNumber(draft.objective) && draft.limitBy === 'budget' && !/^\d+(\.\d{1,2})?$/.test(draft.budget.trim())) missing.push('budget')
  if (hasRadius(draft.objective) && !((draft.radiusM ?? 0) > 0)) missing.push('radius')
  if (draft.hasCapacities && draft.candidateCapacity === null && draft.existingCapacity === null) missing.push('capacity')
  return missing
}

/** The question as the server takes it: nothing that the objective has no use for. */
export function orderOf(draft: Draft): SitingOrder {
  const wished = (wish: Wish) => [...draft.wishes].filter(([, one]) => one === wish).map(([id]) => id)
  const isNumbered = hasNumber(draft.objective)
  return {
    objective: draft.objective,
    weight: draft.weight,
    kinds: [
      {
        facility_kinds: draft.facilityKinds,
        ...(isNumbered && draft.limitBy === 'p' ? { p: draft.p } : {}),
        ...(hasRadius(draft.objective) ? { radius_m: draft.radiusM } : {}),
        ...(draft.roomM2 ? { room_m2: draft.roomM2 } : {}),
      },
    ],
    ...(isNumbered && draft.limitBy === 'budget' ? { budget: Number(draft.budget).toFixed(2) } : {}),
    ...(draft.hasCapacities
      ? { candidate_capacity: draft.candidateCapacity, existing_capacity: draft.existingCapacity, assignment: draft.assignment }
      : {}),
    must: wished('must'),
    must_not: wished('must_not'),
    without_existing: draft.withoutExisting,
    ...(draft.timeLimitS ? { time_limit_s: draft.timeLimitS } : {}),
  }
}

/** What a building gets from the answer. */
export const GAINS = ['new', 'closer', 'kept', 'left'] as const
export type Gain = (typeof GAINS)[number]

/** Blue is served by what was chosen, orange by nothing. */
export const GAIN_COLOURS: Record<Gain, string> = { new: '#1f5f99', closer: '#8cbbe0', kept: '#d8d2c6', left: '#cc6a1f' }

/**
 * Buildings by what they get: `new` is served by a chosen site and was not before, `closer` was. `wasReached` tells
 * whether a building was served before; for those whom nobody knows that of, a chosen site is a gain.
 */
export function gainsOf(
  answer: { chosen: string[]; served: { demand_id: string; site_id: string }[]; left_out: { demand_id: string }[] },
  wasReached: (buildingId: number) => boolean,
): Map<number, Gain> {
  const chosen = new Set(answer.chosen)
  const found = new Map<number, Gain>()
  const numberOf = (id: string) => Number(id.slice(id.lastIndexOf('/') + 1))
  for (const { demand_id } of answer.left_out) found.set(numberOf(demand_id), 'left')
  for (const { demand_id, site_id } of answer.served) {
    const id = numberOf(demand_id)
    const gain: Gain = !chosen.has(site_id) ? 'kept' : wasReached(id) ? 'closer' : 'new'
    // Split assignment serves one building by several sites: the greatest gain counts.
    const before = found.get(id)
    if (before === undefined || before === 'left' || GAINS.indexOf(gain) < GAINS.indexOf(before)) found.set(id, gain)
  }
  return found
}
