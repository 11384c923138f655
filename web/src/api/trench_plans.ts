import { ask, type Progress } from './analysis'
import { answer, ApiError, client, withViewer } from './client'
import { named } from './edits'
import type { components } from './schema'
import type { TrenchOrder } from './trenches'

type Schemas = components['schemas']
export type TrenchPlan = Schemas['TrenchPlanSummary']
export type TrenchPlanDetail = Schemas['TrenchPlanDetail']
export type TrenchPlanState = Schemas['TrenchPlanState']
export type PlannedTrench = Schemas['PlannedTrench']
export type PlannedTrenchState = Schemas['PlannedTrenchState']
export type WorkCopy = Schemas['WorkCopy']
export type TrenchReply = Schemas['TrenchReply']
export type TrenchPlanDone = Schemas['TrenchPlanDone']
export type PlannedTrenchDone = Schemas['PlannedTrenchDone']
export type OwnTrenchPlan = Schemas['OwnTrenchPlan']
export type OwnPlannedTrench = Schemas['OwnPlannedTrench']
export type ReplyOrder = Schemas['ReplyOrder']
export type TrenchSheet = Schemas['TrenchSheet']
export type TrenchPlanStep = Schemas['TrenchPlanStep']
export type PlanClash = Schemas['PlanClash']

const plan = (trench_plan_id: number) => ({ path: { trench_plan_id } })
const trench = (trench_plan_id: number, trench_id: number) => ({ path: { trench_plan_id, trench_id } })

export const trenchPlans = {
  list: () => answer<TrenchPlan[]>(client.GET('/api/trench-plans')),
  find: (id: number) => answer<TrenchPlanDetail>(client.GET('/api/trench-plans/{trench_plan_id}', { params: plan(id) })),
  keep: (name: string, order: TrenchOrder, tell: (progress: Progress) => void, signal: AbortSignal) =>
    ask<TrenchPlanDone>('/api/trench-plans', { name, order }, tell, signal, named().headers),
  replan: (id: number, version: number, tell: (progress: Progress) => void, signal: AbortSignal) =>
    ask<TrenchPlanDone>(`/api/trench-plans/${id}/replan`, { version }, tell, signal, named().headers),
  offer: (id: number, version: number) =>
    answer<TrenchPlanDone>(client.POST('/api/trench-plans/{trench_plan_id}/offer', { params: plan(id), body: { version }, ...named() })),
  close: (id: number, version: number) =>
    answer<TrenchPlanDone>(client.POST('/api/trench-plans/{trench_plan_id}/close', { params: plan(id), body: { version }, ...named() })),
  delete: (id: number, version: number) =>
    answer<undefined>(client.DELETE('/api/trench-plans/{trench_plan_id}', { params: { ...plan(id), query: { version } }, ...named() })),
  reply: (id: number, trench_id: number, body: ReplyOrder) =>
    answer<PlannedTrenchDone>(
      client.POST('/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/replies', { params: trench(id, trench_id), body, ...named() }),
    ),
  lead: (id: number, trench_id: number, operator: string, version: number) =>
    answer<PlannedTrenchDone>(
      client.PUT('/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/lead', { params: trench(id, trench_id), body: { operator, version }, ...named() }),
    ),
  withdraw: (id: number, trench_id: number, reason: string, version: number) =>
    answer<PlannedTrenchDone>(
      client.POST('/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/withdraw', { params: trench(id, trench_id), body: { reason, version }, ...named() }),
    ),
  steps: (id: number) =>
    answer<TrenchPlanStep[]>(client.GET('/api/trench-plans/{trench_plan_id}/history', { params: { ...plan(id), query: { limit: 200 } } })),
  clashes: (id: number) =>
    answer<Schemas['TrenchPlanClashes']>(client.GET('/api/trench-plans/{trench_plan_id}/clashes', { params: plan(id) })),
  sheet: (id: number, trench_id: number) =>
    answer<TrenchSheet>(client.GET('/api/trench-plans/{trench_plan_id}/trenches/{trench_id}/sheet', { params: trench(id, trench_id) })),
  /** What an operator is told of the plans that were offered to it. */
  own: () => answer<OwnTrenchPlan[]>(client.GET('/api/own-trenches')),
  replyOwn: (trench_id: number, body: Schemas['OwnReplyOrder']) =>
    answer<OwnPlannedTrench>(client.POST('/api/own-trenches/{trench_id}/replies', { params: { path: { trench_id } }, body, ...named() })),
  /** Several trenches at once: all are taken, or none is. */
  acceptOwn: (trenches: Pick<OwnPlannedTrench, 'trench_id' | 'version'>[]) =>
    answer<Schemas['OwnRepliesDone']>(
      client.POST('/api/own-trenches/replies', { body: { replies: trenches.map(({ trench_id, version }) => ({ trench_id, version, reply: 'accept' as const })) }, ...named() }),
    ),
  /** Where the plan is as a file. */
  file: (id: number, format: 'gpkg' | 'dxf' | 'xlsx') => withViewer(`/api/trench-plans/${id}/export?format=${format}`),
}

/** One of several replies that stood against all of them. */
export interface RefusedReply {
  at: number
  trench_id: number
  /** A kind of problem. */
  type: string
  reason?: string
}

/** What stood against a list of replies; nothing where it failed for another reason. */
export function refusedOf(error: unknown): RefusedReply[] {
  const refused = error instanceof ApiError ? error.more['refused'] : undefined
  return Array.isArray(refused) ? (refused as RefusedReply[]) : []
}

/** Why a reply was not taken, as a stable word. */
export function whyNotTaken(error: unknown): string | undefined {
  const reason = error instanceof ApiError && error.kind === 'invalid-reply' ? error.more['reason'] : undefined
  return typeof reason === 'string' ? reason : undefined
}
