import { answer, api, ApiError, client, nextCursor, problemOf, withViewer, type Fault, type Feature, type FeaturePage } from './client'
import type { Job } from './imports'
import { imports } from './imports'
import type { components } from './schema'

type Schemas = components['schemas']
export type Rule = Schemas['Rule']
export type RuleSet = Schemas['RuleSet']
export type RuleResult = Schemas['RuleResult']
export type AreaResult = Schemas['AreaResult']
export type Gap = Schemas['Gap']
export type CoverageAnswer = Schemas['CoverageAnswer']
export type ReachAnswer = Schemas['ReachAnswer']
export type Verdict = Schemas['Verdict']
export type Trust = Schemas['Verified']
export type CoverageOrder = Partial<Schemas['CoverageOrder']>
export type SitingAnswer = Schemas['SitingAnswer']
export type SitingOrder = Schemas['SitingOrder']
export type Modification = Schemas['Modification']
export type ReachOrder = Partial<Schemas['ReachOrder']>

/** How far a question has come; nothing while nobody knows. */
export type Progress = { done: number; total: number } | undefined

/** Where a community belongs, by the codes that it has itself. */
export interface Belonging {
  name: string
  body: string | undefined
  subdistrict: string | undefined
}

/** How often a job is asked how far it is. */
const LOOK_MS = 300

export const analysis = {
  rules: () => answer<RuleSet>(client.GET('/api/rules')),
  coverage: (order: CoverageOrder, tell: (progress: Progress) => void, signal: AbortSignal) =>
    ask<CoverageAnswer>('/api/analysis/coverage', order, tell, signal),
  reach: (order: ReachOrder, tell: (progress: Progress) => void, signal: AbortSignal) =>
    ask<ReachAnswer>('/api/analysis/reach', order, tell, signal),
  siting: (order: SitingOrder, tell: (progress: Progress) => void, signal: AbortSignal) =>
    ask<SitingAnswer>('/api/analysis/siting', order, tell, signal),
  /** Everything that a facility could be put on. */
  candidateSites: async (): Promise<Feature[]> => {
    const found: Feature[] = []
    for await (const page of api.allFeatures('candidate_site', 'name,area_m2,estimated_cost')) found.push(...page)
    return found
  },
  /** What every community says of where it belongs. */
  belongings: async (): Promise<Map<number, Belonging>> => {
    const found = new Map<number, Belonging>()
    const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined)
    for await (const page of api.allFeatures('community', 'name,responsible_body,subdistrict_code')) {
      for (const { id, properties } of page) {
        const { name, responsible_body, subdistrict_code } = properties
        found.set(id, { name: text(name) ?? '', body: text(responsible_body), subdistrict: text(subdistrict_code) })
      }
    }
    return found
  },
  /** The facilities of some kinds, closed ones too. */
  facilities: async (kinds: string[], signal: AbortSignal): Promise<Feature[]> => {
    const filter = `facility_kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})`
    const found: Feature[] = []
    for (let cursor: number | undefined; ; ) {
      const query = { filter, limit: 1000, ...(cursor === undefined ? {} : { cursor }) }
      const params = { path: { layer: 'facility' }, query }
      const page = await answer<FeaturePage>(client.GET('/api/collections/{layer}/items', { params, signal }))
      found.push(...page.features)
      cursor = nextCursor(page)
      if (cursor === undefined) return found
    }
  },
}

/** Puts a question that may become a job; whoever stops waiting stops the job. */
export async function ask<T>(path: string, order: unknown, tell: (progress: Progress) => void, signal: AbortSignal, headers: Record<string, string> = {}): Promise<T> {
  const response = await post(path, order, signal, headers)
  const body: unknown = await response.json().catch(() => undefined)
  signal.throwIfAborted()
  if (!response.ok) throw problemOf(body, response.status)
  if (response.status !== 202) return body as T
  return follow<T>((body as { job_id: string }).job_id, tell, signal)
}

async function post(path: string, order: unknown, signal: AbortSignal, more: Record<string, string>): Promise<Response> {
  try {
    const headers = { 'content-type': 'application/json', ...more }
    return await fetch(withViewer(path), { method: 'POST', headers, body: JSON.stringify(order), signal })
  } catch (error) {
    throw signal.aborted ? error : new ApiError('network', 0, undefined, String(error))
  }
}

async function follow<T>(job_id: string, tell: (progress: Progress) => void, signal: AbortSignal): Promise<T> {
  // A job that is told to stop when it has just ended is no trouble.
  const stop = () => void imports.cancel(job_id).catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      const job: Omit<Job, 'result'> & { result: unknown } = await imports.job(job_id)
      signal.throwIfAborted()
      if (job.state === 'done') return job.result as T
      if (job.state === 'failed') throw failureOf(job.result)
      tell(job.progress ?? undefined)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function failureOf(result: unknown): ApiError {
  const { code, detail, errors } = (result ?? {}) as { code?: string; detail?: string; errors?: Fault[] }
  return new ApiError(code ?? 'unknown', 0, undefined, detail ?? '', errors)
}
