import type { CoverageAnswer, RuleResult } from '../../api/analysis'

/** What a scenario does to a building. Gained and lost are about being reached; better and worse about size. */
export const CHANGES = ['gained', 'better', 'same', 'worse', 'lost'] as const
export type Change = (typeof CHANGES)[number]

export const CHANGE_COLOURS: Record<Change, string> = {
  gained: '#1f5f99',
  better: '#8cbbe0',
  same: '#e3ded4',
  worse: '#f2bd77',
  lost: '#cc6a1f',
}

/** States as the API numbers them: enough, too small, not reached, no data. */
const [ENOUGH, TOO_SMALL, NOT_REACHED] = [0, 1, 2]

export function changeOf(before: number, after: number): Change {
  if (before === after) return 'same'
  if (before === NOT_REACHED) return 'gained'
  if (after === NOT_REACHED) return 'lost'
  if (after === ENOUGH || before === TOO_SMALL) return 'better'
  return after === TOO_SMALL || before === ENOUGH ? 'worse' : 'same'
}

export interface Changed {
  /** In the order of the second answer's buildings. */
  changes: Change[]
  /** Households that are reached and were not, and the other way round. */
  gained: number
  lost: number
  /** Buildings that change and whose households nobody knows. */
  unknown: number
}

/** What changed between two answers to one rule. Buildings are told apart by id: neither answer need hold all. */
export function changed(before: CoverageAnswer, after: CoverageAnswer, rule: string): Changed | undefined {
  const find = (answer: CoverageAnswer): RuleResult | undefined => answer.results.find((result) => result.rule === rule)
  const [old, now] = [find(before), find(after)]
  if (!old || !now) return undefined
  // Without any facility the state is «no data»; the first one that comes is gained, the last one that goes lost.
  const state = (result: RuleResult, i: number) => (result.facilities === 0 ? NOT_REACHED : result.buildings.state[i])
  const states = new Map(before.building_ids.map((id, i) => [id, state(old, i)]))
  const found: Changed = { changes: [], gained: 0, lost: 0, unknown: 0 }
  for (const [i, id] of after.building_ids.entries()) {
    const [was, is] = [states.get(id), state(now, i)]
    const change = was === undefined || is === undefined ? 'same' : changeOf(was, is)
    found.changes.push(change)
    if (change !== 'gained' && change !== 'lost') continue
    const households = after.households[i]
    if (typeof households === 'number') found[change] += households
    else found.unknown += 1
  }
  return found
}

/** Rules for which some community's households are in another state than before. */
export function rulesThatDiffer(before: CoverageAnswer, after: CoverageAnswer): string[] {
  const tally = ({ city, communities }: RuleResult) =>
    JSON.stringify([city, ...communities].map(({ id, reached_enough, reached_too_small, not_reached, no_data, mean_m }) => [id, reached_enough, reached_too_small, not_reached, no_data, mean_m]))
  const old = new Map(before.results.map((result) => [result.rule, tally(result)]))
  return after.results.filter((result) => old.get(result.rule) !== tally(result)).map(({ rule }) => rule)
}
