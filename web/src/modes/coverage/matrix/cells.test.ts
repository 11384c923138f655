import { describe, expect, it } from 'vitest'
import type { AreaResult, Belonging, RuleResult } from '../../../api/analysis'
import { cellOf, matches, missing, NONE, rowsOf, sorted } from './cells'

const tally = (households: number, buildings = 1) => ({ buildings, households, residents: 0, elders: 0, small_children: 0 })

/** Households that reach enough, too little, nothing, and what nobody knows the size of. */
function area(id: number, enough: number, small: number, not: number, unknown: number, verdict = 'fail'): AreaResult {
  const all = enough + small + not + unknown
  return {
    id,
    name: `区${id}`,
    all: tally(all),
    reached_enough: tally(enough),
    reached_too_small: tally(small),
    not_reached: tally(not),
    no_data: tally(unknown),
    reached_households_share: all > 0 ? (all - not) / all : null,
    mean_m: all > 0 ? 100 : null,
    verdict,
  } as unknown as AreaResult
}
const rule = (communities: AreaResult[], facilities = 3, reach_m: number | null = 300) =>
  ({ rule: 'r', communities, facilities, reach_m }) as unknown as RuleResult

describe('a cell', () => {
  it('says the worst that is known, and each state by another mark', () => {
    const mark = (...of: Parameters<typeof area>) => cellOf(area(...of), rule([])).mark
    expect(mark(1, 0, 0, 9, 0)).toBe('missed')
    expect(mark(1, 8, 1, 1, 0)).toBe('partly')
    expect(mark(1, 8, 1, 0, 1)).toBe('small')
    expect(mark(1, 8, 0, 0, 1, 'unknown')).toBe('size_unknown')
    expect(mark(1, 8, 0, 0, 0, 'needs_review')).toBe('review')
    expect(mark(1, 8, 0, 0, 0, 'pass')).toBe('served')
  })

  it('makes no share from what is not known', () => {
    expect(cellOf(area(1, 0, 0, 9, 0), rule([], 0))).toEqual({ mark: 'no_data' })
    expect(cellOf(area(1, 0, 0, 0, 0), rule([]))).toEqual({ mark: 'unknown' })
    expect(cellOf(area(1, 0, 0, 9, 0), rule([], 3, null))).toEqual({ mark: 'not_judged', metres: 100 })
    expect(cellOf(undefined, rule([]))).toEqual({ mark: 'outside' })
  })
})

describe('the rows', () => {
  const belongings = new Map<number, Belonging>([
    [1, { name: '甲院', body: 'a', subdistrict: 's' }],
    [2, { name: '乙院', body: undefined, subdistrict: 's' }],
    [3, { name: '丙院', body: 'a', subdistrict: undefined }],
  ])
  const results = [rule([area(1, 10, 0, 10, 0), area(2, 0, 0, 100, 0)]), rule([area(1, 20, 0, 0, 0), area(2, 90, 0, 10, 0)])]
  const rows = rowsOf(results, belongings)

  it('hold every community, one without buildings too', () => {
    expect(rows.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(rows[2]?.cells.map(({ mark }) => mark)).toEqual(['outside', 'outside'])
    expect(rows[2]?.households).toBeUndefined()
  })

  it('count the households that miss something once for each rule', () => {
    expect(rows.map(missing)).toEqual([10, 110, 0])
  })

  it('are sorted with the unknown at the end, whichever way', () => {
    const ids = (isReversed: boolean) => sorted(rows, { by: 'column', column: 1 }, isReversed).map(({ id }) => id)
    expect(ids(false)).toEqual([2, 1, 3])
    expect(ids(true)).toEqual([1, 2, 3])
    expect(sorted(rows, { by: 'missing' }, false).map(({ id }) => id)).toEqual([2, 1, 3])
  })

  it('are filtered by body, by subdistrict, by state under the columns shown, and by what is not on record', () => {
    const found = (filter: Parameters<typeof matches>[1], columns = [0, 1]) => rows.filter((row) => matches(row, filter, columns)).map(({ id }) => id)
    expect(found({ body: 'a' })).toEqual([1, 3])
    expect(found({ body: NONE })).toEqual([2])
    expect(found({ subdistrict: 's', mark: 'partly' })).toEqual([1, 2])
    expect(found({ mark: 'partly' }, [0])).toEqual([1])
    expect(found({ text: '乙' })).toEqual([2])
  })
})
