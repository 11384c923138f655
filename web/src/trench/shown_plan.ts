import type { components } from '../api/schema'
import type { ToldPlace } from './place'

type Schemas = components['schemas']
type Whole = Schemas['TrenchesAnswer']
type Own = Schemas['TrenchViewAnswer']

/** Measures are not there where they would tell those of a work that is not shown. */
export type Trench = Omit<Schemas['TrenchResult'], 'width_m' | 'depth_m' | 'full_width_m' | 'place' | 'saving'> & {
  width_m?: number | null
  depth_m?: number | null
  full_width_m?: number | null
  place?: ToldPlace | null
  saving?: Schemas['Saving']
  /** Works of others that are not shown lie in it too. */
  has_hidden?: boolean
}
export type Opening = Schemas['Opening'] & { has_hidden?: boolean }
/** `other` of what is not shown is `hidden_work/` or `line/`. */
export type Clash = Schemas['Clash']
export type TrenchCheck = Schemas['TrenchCheck']
export interface Opportunity {
  work_ids: number[]
  /** The other one where it is not shown. */
  hidden?: string
  places: Schemas['Relation'][]
  is_one_trench?: boolean | null
  shift_days?: number | null
  is_shift_allowed?: boolean | null
  first_start?: string | null
  last_start?: string | null
}

/** A plan as it is shown: the city's, or what an operator may know of it. */
export interface ShownPlan extends Pick<Whole, 'revision' | 'rule_set' | 'settings' | 'confirmed_rules' | 'cut_lists' | 'works' | 'operators'> {
  /** Figures of the whole; only to who sees it. */
  whole: Pick<Whole, 'totals' | 'bound' | 'alone'> | undefined
  totals: Schemas['ViewTotals']
  /** Works of others as far as their operators show them. */
  others: Schemas['OtherWork'][]
  openings: Opening[]
  trenches: Trench[]
  clashes: Clash[]
  opportunities: Opportunity[]
  checks: TrenchCheck[]
}

/** What the server answers, whoever asks. */
export function shownPlan(answer: Schemas['TrenchesFor']): ShownPlan {
  if (!('others' in answer)) {
    const { totals, bound, alone, ...rest } = answer
    return { ...rest, totals, whole: { totals, bound, alone }, others: [] }
  }
  const own: Own = answer
  return {
    ...own,
    whole: undefined,
    operators: own.operator ? [own.operator] : [],
    trenches: own.trenches.map(ownTrench),
    clashes: own.clashes.map((clash) => ({ ...clash, other: metIs(clash.other) })),
    checks: own.checks.map(ownCheck),
    opportunities: own.opportunities.map(({ work_id, other, ...rest }): Opportunity => {
      const id = Number(/^utility_work\/(\d+)$/.exec(other.feature ?? '')?.[1] ?? NaN)
      return Number.isNaN(id) ? { ...rest, work_ids: [work_id], hidden: metIs(other) } : { ...rest, work_ids: [work_id, id] }
    }),
  }
}

/** A trench as its operator may know it. */
export function ownTrench(trench: Schemas['OwnTrench']): Trench {
  return { ...trench, checks: trench.checks.map(ownCheck) }
}

const ownCheck = (check: Schemas['OwnCheck']): TrenchCheck => ({ ...check, other: check.other ? metIs(check.other) : null })

/** `utility_work/5`, or the kind of what is not shown: `hidden_work/`. */
function metIs({ feature, what }: Schemas['Met']): string {
  return feature ?? `${what}/`
}
