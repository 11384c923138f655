import type { AreaResult, Belonging, RuleResult } from '../../../api/analysis'

/**
 * What a cell of the matrix says of one community under one rule, the worst first. A mark is never made from a
 * number that nobody knows: the last four are no shares of zero.
 */
export const MARKS = ['missed', 'partly', 'small', 'size_unknown', 'review', 'served', 'no_data', 'unknown', 'not_judged', 'outside'] as const
export type Mark = (typeof MARKS)[number]

/** A sign beside every colour, so that neither eyes nor printers need colours. */
export const SIGNS: Record<Mark, string> = {
  missed: '✕',
  partly: '◐',
  small: '▽',
  size_unknown: '△',
  review: '○',
  served: '●',
  no_data: '∅',
  unknown: '?',
  not_judged: '–',
  outside: '',
}

/** Pale, for dark text stands on them; blue is reached and orange is not, as on the map. */
export const MARK_COLOURS: Record<Mark, string> = {
  missed: '#f0b27e',
  partly: '#fbe3c3',
  small: '#d9e3ea',
  size_unknown: '#e4edf5',
  review: '#cfe3f4',
  served: '#a9cdec',
  no_data: '#e6e2da',
  unknown: '#ffffff',
  not_judged: '#ffffff',
  outside: '#ffffff',
}

export interface Cell {
  mark: Mark
  /** Of the households that are known: those who reach a facility, large enough or not. */
  share?: number
  /** Households that reach none. */
  missed?: number
  metres?: number
}

type Judged = Pick<RuleResult, 'facilities' | 'reach_m'>

export function cellOf(area: AreaResult | undefined, rule: Judged): Cell {
  if (!area || area.all.buildings === 0) return { mark: 'outside' }
  if (rule.facilities === 0) return { mark: 'no_data' }
  const metres = typeof area.mean_m === 'number' ? { metres: area.mean_m } : {}
  if (typeof rule.reach_m !== 'number') return { mark: 'not_judged', ...metres }
  const { households } = area.all
  if (households <= 0) return { mark: 'unknown' }
  const missed = area.not_reached.households
  return { mark: markOf(area), share: 1 - missed / households, missed, ...metres }
}

function markOf({ all, not_reached, reached_too_small, no_data, verdict }: AreaResult): Mark {
  if (not_reached.households >= all.households) return 'missed'
  if (not_reached.households > 0) return 'partly'
  if (reached_too_small.households > 0) return 'small'
  if (no_data.households > 0) return 'size_unknown'
  return verdict === 'pass' ? 'served' : 'review'
}

/** A community with its cell under every rule, in the order of the rules. */
export interface Row {
  id: number
  name: string
  households: number | undefined
  body: string | undefined
  subdistrict: string | undefined
  cells: Cell[]
}

export function rowsOf(results: RuleResult[], belongings: ReadonlyMap<number, Belonging>): Row[] {
  const byRule = results.map((result) => new Map(result.communities.map((area) => [area.id ?? -1, area])))
  const ids = [...new Set([...belongings.keys(), ...byRule.flatMap((areas) => [...areas.keys()])])]
  return ids.map((id) => {
    const areas = byRule.map((areas) => areas.get(id))
    const known = areas.find((area) => area !== undefined)
    const own = belongings.get(id)
    return {
      id,
      name: own?.name || known?.name || String(id),
      households: known && known.all.households > 0 ? known.all.households : undefined,
      body: own?.body,
      subdistrict: own?.subdistrict,
      cells: results.map((result, n) => cellOf(areas[n], result)),
    }
  })
}

/** How bad a row is: the households that miss something, counted once for each rule. */
export function missing(row: Row): number {
  return row.cells.reduce((sum, { missed }) => sum + (missed ?? 0), 0)
}

export interface Filter {
  body?: string | undefined
  subdistrict?: string | undefined
  /** Rows with this mark under some rule that is shown. */
  mark?: Mark | undefined
  text?: string | undefined
}

/** No responsible body, or no subdistrict, is on record. */
export const NONE = '-'

export function matches(row: Row, filter: Filter, columns: number[]): boolean {
  const isOf = (asked: string | undefined, own: string | undefined) => !asked || (asked === NONE ? !own : own === asked)
  return (
    isOf(filter.body, row.body) &&
    isOf(filter.subdistrict, row.subdistrict) &&
    (!filter.mark || columns.some((n) => row.cells[n]?.mark === filter.mark)) &&
    (!filter.text || row.name.includes(filter.text))
  )
}

export type Sorting = { by: 'missing' | 'name' | 'households' } | { by: 'column'; column: number }

/** Sorted anew: the worst first by column, what is not known last. Ties keep the order of ids. */
export function sorted(rows: Row[], sorting: Sorting, isReversed: boolean): Row[] {
  const turn = isReversed ? -1 : 1
  const value = (row: Row): number | undefined => {
    if (sorting.by === 'missing') return -missing(row)
    if (sorting.by === 'households') return row.households === undefined ? undefined : -row.households
    if (sorting.by === 'column') return row.cells[sorting.column]?.share
    return 0
  }
  const order = (a: Row, b: Row): number => {
    if (sorting.by === 'name') return turn * a.name.localeCompare(b.name, 'zh-CN') || a.id - b.id
    const [x, y] = [value(a), value(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || a.id - b.id
    return turn * (x - y) || a.id - b.id
  }
  return [...rows].sort(order)
}
