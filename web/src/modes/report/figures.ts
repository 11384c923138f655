import type { AreaResult, CoverageAnswer, RuleResult } from '../../api/analysis'
import { cellOf, type Mark } from '../coverage/matrix/cells'

/** What a report is about. */
export interface Subject {
  layer: 'community' | 'precinct'
  id: number
}

/** A rule for the area of a report. */
export interface ReportLine {
  rule: RuleResult
  area: AreaResult
  mark: Mark
  /** Of the households that are known; nothing where that cannot be said. */
  share: number | undefined
  /** Households without a facility in reach, or with one that is too small. */
  affected: number
  /** The same under the scenario, where one is on. */
  then: { mark: Mark; share: number | undefined; affected: number } | undefined
  nearest: Nearest | undefined
}

/** The nearest facility of any building of the area. */
export interface Nearest {
  facilityId: number
  nearestM: number
  /** Of the building that has the longest walk to its nearest, among those with a distance. */
  farthestM: number
  /** Buildings without a distance: beyond the limit, or no path. */
  without: number
}

export const areaOf = (result: RuleResult, { layer, id }: Subject): AreaResult | undefined =>
  (layer === 'community' ? result.communities : result.precincts).find((area) => area.id === id)

function figures(result: RuleResult, area: AreaResult) {
  const { mark, share } = cellOf(area, result)
  // Nothing is asked of distances by a rule without reach, and where there is no record nobody knows.
  const isJudged = typeof result.reach_m === 'number' && result.facilities > 0
  return { mark, share, affected: isJudged ? area.not_reached.households + area.reached_too_small.households : 0 }
}

/** A line for each rule that knows the area, those with most households affected first. */
export function linesOf(now: CoverageAnswer, then: CoverageAnswer | undefined, subject: Subject, nearest: ReadonlyMap<string, Nearest>): ReportLine[] {
  const after = new Map(then?.results.map((result) => [result.rule, result]))
  const lines = now.results.flatMap((rule): ReportLine[] => {
    const area = areaOf(rule, subject)
    if (!area) return []
    const changed = after.get(rule.rule)
    const changedArea = changed && areaOf(changed, subject)
    return [
      {
        rule,
        area,
        ...figures(rule, area),
        then: changed && changedArea ? figures(changed, changedArea) : undefined,
        nearest: nearest.get(rule.rule),
      },
    ]
  })
  const isJudged = ({ rule }: ReportLine) => typeof rule.reach_m === 'number'
  return lines.sort((a, b) => Number(isJudged(b)) - Number(isJudged(a)) || b.affected - a.affected || a.rule.rule.localeCompare(b.rule.rule))
}

/** The nearest facility under each rule, of the buildings that are asked about. */
export function nearestOf(answer: CoverageAnswer, buildings: ReadonlySet<number>): Map<string, Nearest> {
  const indices = answer.building_ids.flatMap((id, i) => (buildings.has(id) ? [i] : []))
  const found = new Map<string, Nearest>()
  for (const { rule, buildings: results } of answer.results) {
    let best: Nearest | undefined
    let without = 0
    for (const i of indices) {
      const [metres, facilityId] = [results.distance_m[i], results.facility_id[i]]
      if (typeof metres !== 'number' || typeof facilityId !== 'number') without += 1
      else if (!best) best = { facilityId, nearestM: metres, farthestM: metres, without: 0 }
      else {
        if (metres < best.nearestM) [best.nearestM, best.facilityId] = [metres, facilityId]
        best.farthestM = Math.max(best.farthestM, metres)
      }
    }
    if (best) found.set(rule, { ...best, without })
  }
  return found
}
