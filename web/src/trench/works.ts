import type { Feature } from '../api/client'
import type { ShownPlan, WorkResult } from '../api/trenches'
import { dayOf } from './days'
import type { Span } from './phases'
import { linesOf, type Place } from './places'

/** A work as it was handed in, with what the plan makes of it. */
export interface Work {
  id: number
  /** Its name, else its code. */
  name: string | undefined
  code: string | undefined
  /** Code of its kind. */
  kind: string
  /** Nobody knows whose it is where there is none. */
  operator: string | undefined
  diameterMm: number | undefined
  ducts: number | undefined
  isDuctBank: boolean
  /** Its window; open on a side that is not known. */
  window: Partial<Span>
  /** Days that its operator allows it to be moved; nothing where it does not say so. */
  shiftLimitDays: number | undefined
  lines: Place[][]
  /** Of another operator, of whom no more is told than what is needed beside it: no days. */
  isOther?: boolean
  result: WorkResult
}

/** The works of an answer. One that is not in the layer for this viewer keeps what the answer says of it. */
export function worksOf(results: WorkResult[], features: Feature[]): Work[] {
  const byId = new Map(features.map((feature) => [feature.id, feature]))
  return results.map((result) => {
    const feature = byId.get(result.work_id)
    const given = feature?.properties ?? {}
    const text = (name: string) => (typeof given[name] === 'string' && given[name] !== '' ? String(given[name]) : undefined)
    const number = (name: string) => (typeof given[name] === 'number' ? Number(given[name]) : undefined)
    const [start, end] = [text('window_start'), text('window_end')]
    const code = result.code ?? text('code')
    return {
      id: result.work_id,
      name: text('name') ?? code,
      code,
      kind: text('utility_kind') ?? 'unknown',
      operator: result.operator ?? text('operator'),
      diameterMm: number('diameter_mm'),
      ducts: number('ducts'),
      isDuctBank: text('burial') === 'duct_bank',
      window: { ...(start ? { from: dayOf(start) } : {}), ...(end ? { to: dayOf(end) + 1 } : {}) },
      shiftLimitDays: number('shift_limit_days'),
      lines: feature ? linesOf(feature.geometry) : [],
      result,
    }
  })
}

/** The works of others that a plan names to an operator. */
export function otherWorksOf({ others }: ShownPlan, features: Feature[]): Work[] {
  const results = others.map(({ work_id, code, operator }): WorkResult => ({ work_id, code: code ?? null, operator: operator ?? null, state: 'planned', length_m: 0, shift_days: 0, street_ids: [], remarks: [] }))
  return worksOf(results, features).map((work, n) => {
    const told = others[n]
    return { ...work, kind: told?.utility_kind ?? work.kind, diameterMm: told?.diameter_mm ?? work.diameterMm, isOther: true }
  })
}

/** The number behind `utility_work/5`, where it is of that layer. */
export function numberIn(reference: string | null | undefined, layer: string): number | undefined {
  const [found, id] = reference?.split('/') ?? []
  return found === layer && id ? Number(id) : undefined
}
