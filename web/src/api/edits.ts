import { answer, ApiError, client, type Feature } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type EditDone = Schemas['EditDone']
export type EditSummary = Schemas['EditSummary']
export type RestoreOrder = Schemas['RestoreOrder']
export type Operation = Schemas['Operation']
export type Value = string | number | boolean | null

/** A feature to be written, or what changes of one. */
export interface Written {
  type: 'Feature'
  geometry?: GeoJSON.Geometry
  properties: Record<string, Value>
}

export interface Change {
  operation: Operation
  layer: string
  id?: number
  /** The version that was seen. */
  version?: number
  feature?: Written
}

/** Fields that something changed, and the shape as `geometry`. */
export type Changed = Record<string, { before: unknown; after: unknown }>

/** What an edit did to one feature in all. */
export interface Effect {
  layer: string
  id: number
  operation: 'create' | 'update' | 'delete'
  changed: Changed
}

/** One step of a feature's history. */
export interface Step {
  operation: string
  version: number
  changed_at: string
  actor: string
  edit_id: number | null
  import_id: number | null
  changed: Changed
}

/** A feature that is no longer what was seen. */
export interface Conflict {
  layer: string
  id: number
  expected_version: number | null
  /** Null: it is gone. */
  version: number | null
  current: Feature | null
  changed_since: Step[]
}

let actor = ''

/** The name that stands in the history from now on. */
export function setActor(name: string): void {
  actor = name
}

/** Headers carry no Chinese, so the name goes percent-encoded. */
export const named = () => ({ headers: { 'pianqu-actor': encodeURIComponent(actor) } })

export const edits = {
  /** All of the changes or none. */
  write: (changes: Change[], message: string) =>
    answer<EditDone>(client.POST('/api/edits', { body: { changes, message } as Schemas['EditOrder'], ...named() })),
  undo: () => answer<EditDone>(client.POST('/api/edits/undo', named())),
  redo: () => answer<EditDone>(client.POST('/api/edits/redo', named())),
  /** Takes one edit back, whoever made it. */
  undoOne: (edit_id: number) =>
    answer<EditDone>(client.POST('/api/edits/{edit_id}/undo', { params: { path: { edit_id } }, ...named() })),
  /** An edit and what it did to its first 200 features. */
  find: (edit_id: number) =>
    answer<{ edit: EditSummary; features: Effect[] }>(client.GET('/api/edits/{edit_id}', { params: { path: { edit_id } } })),
  /** One feature as it was in an earlier version; `seen` is the version that the person saw, if it is there. */
  restoreVersion: (layer: string, id: number, version: number, seen: number | undefined) =>
    answer<EditDone>(
      client.POST('/api/collections/{layer}/items/{id}/restore', {
        params: { path: { layer, id }, header: seen === undefined ? {} : { 'If-Match': `"v${seen}"` } },
        body: { version },
        ...named(),
      }),
    ),
  /** Layers as they were at a time; or what that would change. */
  restore: (order: RestoreOrder) => answer<EditDone>(client.POST('/api/restore', { body: order, ...named() })),
  /** Edits, newest first. */
  list: (query: { actor?: string; layer?: string; before?: number; limit?: number }) =>
    answer<EditSummary[]>(client.GET('/api/edits', { params: { query } })),
  /** What happened to a feature, newest first; also to one that is gone. */
  history: async (layer: string, id: number, limit: number): Promise<Step[]> => {
    const path = { layer, id }
    const params = { path, query: { limit } }
    const { steps } = await answer<{ steps: Step[] }>(
      client.GET('/api/collections/{layer}/items/{id}/history', { params }),
    )
    return steps
  },
}

/** The features that somebody else was faster with. */
export function conflictsOf(error: unknown): Conflict[] {
  const given = error instanceof ApiError && error.kind === 'version-conflict' ? error.more['conflicts'] : []
  return Array.isArray(given) ? (given as Conflict[]) : []
}

/** The features that stand in the way of taking something back, and who changed them. */
export function changedSince(error: unknown): { layer: string; id: number; actor: string }[] {
  const given = error instanceof ApiError && error.kind === 'changed-since' ? error.more['features'] : []
  return Array.isArray(given) ? (given as { layer: string; id: number; actor: string }[]) : []
}

/** Where an area is wrong and what the server would make of it. */
export function mendingOf(error: unknown): { at?: [number, number]; mended?: GeoJSON.MultiPolygon } {
  if (!(error instanceof ApiError) || error.kind !== 'invalid-geometry') return {}
  const { at, mended } = error.more as { at?: [number, number]; mended?: GeoJSON.MultiPolygon }
  return { ...(at ? { at } : {}), ...(mended ? { mended } : {}) }
}
