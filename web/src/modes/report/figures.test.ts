import { expect, it } from 'vitest'
import type { CoverageAnswer } from '../../api/analysis'
import { linesOf, nearestOf } from './figures'

const tally = (households: number) => ({ buildings: 1, households, residents: 0, elders: 0, small_children: 0 })
const area = (id: number, all: number, not: number, small = 0) => ({
  id,
  all: tally(all),
  reached_enough: tally(all - not - small),
  reached_too_small: tally(small),
  not_reached: tally(not),
  no_data: tally(0),
  verdict: 'fail',
})
const rule = (code: string, communities: object[], more: object = {}) => ({ rule: code, reach_m: 300, facilities: 2, communities, precincts: [], ...more })
const answer = (...results: object[]) => ({ results }) as unknown as CoverageAnswer

it('the rule that most households lack comes first, and rules that judge nothing last', () => {
  const now = answer(
    rule('free', [area(7, 100, 100)], { reach_m: null }),
    rule('few', [area(7, 100, 10)]),
    rule('none', [area(7, 100, 100)], { facilities: 0 }),
    rule('many', [area(7, 100, 20, 30), area(8, 5, 5)]),
    rule('elsewhere', [area(8, 5, 5)]),
  )
  const then = answer(rule('many', [area(7, 100, 0, 30)]), rule('few', [area(7, 100, 10)]))
  const lines = linesOf(now, then, { layer: 'community', id: 7 }, new Map())
  expect(lines.map(({ rule, affected, mark, then }) => [rule.rule, affected, mark, then?.affected])).toEqual([
    ['many', 50, 'partly', 30],
    ['few', 10, 'partly', 10],
    ['none', 0, 'no_data', undefined],
    ['free', 0, 'not_judged', undefined],
  ])
})

it('the nearest facility is that of the buildings of the area, and those without a walk are counted', () => {
  const found = { rule: 'r', buildings: { distance_m: [50, 120.4, null, 400], facility_id: [1, 2, null, 3] } }
  const full = { building_ids: [10, 11, 12, 13], results: [found] } as unknown as CoverageAnswer
  expect(nearestOf(full, new Set([11, 12, 13])).get('r')).toEqual({ facilityId: 2, nearestM: 120.4, farthestM: 400, without: 1 })
  expect(nearestOf(full, new Set([12])).size).toBe(0)
})
