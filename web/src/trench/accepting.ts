import type { OwnPlannedTrench, OwnTrenchPlan } from '../api/trench_plans'

export interface Shifted {
  name: string
  code: string
  days: number
}

/** What an operator says yes to when it accepts several trenches. */
export interface Accepting {
  trenches: number
  first: string
  last: string
  /** Days on which trenches begin, each once, in order, with how many do. */
  begins: { day: string; n: number }[]
  /** Its works that are planned outside their own windows. */
  shifted: Shifted[]
}

/** Sums up trenches of any plans; nothing where there are none. */
export function accepting(chosen: OwnPlannedTrench[], plans: Pick<OwnTrenchPlan, 'planned_trenches' | 'works'>[]): Accepting | undefined {
  const [first, last] = [chosen.map(({ result }) => result.starts_on).sort()[0], chosen.map(({ result }) => result.ends_on).sort().at(-1)]
  if (first === undefined || last === undefined) return undefined
  const begins = new Map<string, number>()
  for (const { result } of chosen) begins.set(result.starts_on, (begins.get(result.starts_on) ?? 0) + 1)
  const shifted = new Map<number, Shifted>()
  for (const one of chosen) {
    const plan = plans.find(({ planned_trenches }) => planned_trenches.some(({ trench_id }) => trench_id === one.trench_id))
    for (const work of one.works) {
      const days = plan?.works.find(({ work_id }) => work_id === work.work_id)?.shift_days ?? 0
      if (days > 0) shifted.set(work.work_id, { name: work.name ?? work.code ?? String(work.work_id), code: one.code, days })
    }
  }
  return {
    trenches: chosen.length,
    first,
    last,
    begins: [...begins].sort().map(([day, n]) => ({ day, n })),
    shifted: [...shifted.values()],
  }
}
