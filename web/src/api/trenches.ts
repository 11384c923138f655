import { ask, type Progress } from './analysis'
import { answer, client, nextCursor, type Feature, type FeaturePage } from './client'
import { shownPlan, type ShownPlan } from '../trench/shown_plan'
import type { components } from './schema'

type Schemas = components['schemas']
export type { Clash, Opening, Opportunity, ShownPlan, Trench, TrenchCheck } from '../trench/shown_plan'
export type TrenchSettings = Schemas['Settings']
export type PlacedLine = Schemas['PlacedLine']
export type ClashKind = Schemas['ClashKind']
export type WorkResult = Schemas['WorkResult']
export type OperatorResult = Schemas['OperatorResult']
export type Verdict = Schemas['Verdict']
export type ClearanceRules = Schemas['ClearanceRules']
export type ClearanceRule = Schemas['ClearanceRule']
export type TrenchException = Schemas['Exception']

/** What is asked; every list up to `most_listed` entries. */
export interface TrenchOrder {
  settings?: TrenchSettings
  exceptions?: TrenchException[]
  confirmed_rules?: string[]
  most_listed: number
  time_limit_s?: number
}

/** Numbers in one filter: an address has a limit. */
const IDS_ASKED = 300

export const trenches = {
  plan: async (order: TrenchOrder, tell: (progress: Progress) => void, signal: AbortSignal): Promise<ShownPlan> =>
    shownPlan(await ask<Schemas['TrenchesFor']>('/api/analysis/trenches', order, tell, signal)),
  rules: () => answer<ClearanceRules>(client.GET('/api/rules/clearances')),
  works: (signal: AbortSignal) => pages('utility_work', undefined, undefined, signal),
  streets: (ids: number[], signal: AbortSignal) =>
    byIds('street', ids, 'name,width_m,surfaced_on,surfacing,resurfacing_on,resurfacing', signal),
  /** Streets as anybody may see them. */
  shapes: (ids: number[], signal: AbortSignal) => byIds('street', ids, 'name', signal),
  lines: (ids: number[], signal: AbortSignal) => byIds('utility_line', ids, 'code,utility_kind,operator,diameter_mm', signal),
}

async function byIds(layer: string, ids: number[], properties: string, signal: AbortSignal): Promise<Feature[]> {
  const found: Feature[] = []
  for (let from = 0; from < ids.length; from += IDS_ASKED) {
    const some = ids.slice(from, from + IDS_ASKED)
    found.push(...(await pages(layer, `id IN (${some.join(',')})`, properties, signal)))
  }
  return found
}

async function pages(layer: string, filter: string | undefined, properties: string | undefined, signal: AbortSignal): Promise<Feature[]> {
  const found: Feature[] = []
  for (let cursor: number | undefined; ; ) {
    const query = {
      limit: 1000,
      ...(filter ? { filter } : {}),
      ...(properties ? { properties } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    }
    const page = await answer<FeaturePage>(client.GET('/api/collections/{layer}/items', { params: { path: { layer }, query }, signal }))
    found.push(...page.features)
    cursor = nextCursor(page)
    if (cursor === undefined) return found
  }
}
