import { answer, ApiError, client, type Feature } from './client'
import { named } from './edits'
import type { components } from './schema'

type Schemas = components['schemas']
export type Scheme = Schemas['SchemeSummary']
export type SchemeDetail = Schemas['SchemeDetail']
export type SchemeState = Schemas['SchemeState']
export type Totals = Schemas['Totals']
export type Member = Schemas['MemberEntry']
export type SchemeStep = Schemas['SchemeStep']
export type Comparison = Schemas['Comparison']
export type About = Schemas['About']
export type How = Member['how']

/** A precinct of a scheme as the server tells it. */
export interface Precinct {
  id: number
  geometry: GeoJSON.MultiPolygon
  properties: About & { version: number; area_m2: number; totals: Totals; members: { community_id: number; how: How }[] }
}

export interface PrecinctList {
  last_step: number
  revision: number
  features: Precinct[]
}

type Place = [number, number]
export type Overlap = 'refuse' | 'keep' | 'take'

/** One thing done to a scheme, in the words of the API. */
export type SchemeEdit =
  | { op: 'draw'; about: Partial<About> & { name: string }; outline: GeoJSON.Geometry; overlap: Overlap; snap_m?: number }
  | { op: 'redraw'; precinct_id: number; outline: GeoJSON.Geometry; snap_m?: number }
  | { op: 'split'; precinct_id: number; line: Place[]; snap_m?: number }
  | { op: 'merge'; precinct_ids: number[] }
  | { op: 'move_border'; moves: { from: Place; to: Place }[] }
  | { op: 'remove'; precinct_id: number }
  | { op: 'describe'; precinct_id: number; about: About }
  | { op: 'move_community'; community_id: number; precinct_id: number; with_ground: boolean }
  | { op: 'include'; community_id: number; precinct_id: number }
  | { op: 'exclude'; community_id: number }
  | { op: 'by_rule'; community_id: number }
  | { op: 'refresh' }

export interface SchemeEdited {
  step: number | null
  scheme: SchemeDetail
  precincts: Precinct[]
  removed_precinct_ids: number[]
}

/** A precinct that somebody else was faster with. */
export interface SchemeConflict {
  precinct_id: number
  expected_version: number
  /** Null: it is gone. */
  version: number | null
  current: Precinct | null
}

const at = (scheme_id: number) => ({ path: { scheme_id } })

export const schemes = {
  list: () => answer<Scheme[]>(client.GET('/api/schemes')),
  find: (id: number) => answer<SchemeDetail>(client.GET('/api/schemes/{scheme_id}', { params: at(id) })),
  precincts: (id: number) => answer<PrecinctList>(client.GET('/api/schemes/{scheme_id}/precincts', { params: at(id) })),
  members: (id: number) => answer<Member[]>(client.GET('/api/schemes/{scheme_id}/members', { params: at(id) })),
  history: (id: number) =>
    answer<SchemeStep[]>(client.GET('/api/schemes/{scheme_id}/history', { params: { ...at(id), query: { limit: 200 } } })),
  create: (name: string) => answer<SchemeEdited>(client.POST('/api/schemes', { body: { name }, ...named() })),
  /** Of communities that a grouping put together; their outlines are made along streets. */
  ofGroups: (name: string, groups: { name: string; responsible_body: string | null; community_ids: number[] }[], origin: Record<string, unknown>) =>
    answer<SchemeEdited>(client.POST('/api/schemes', { body: { name, groups, origin } as Schemas['SchemeOrder'], ...named() })),
  copy: (id: number, name: string) =>
    answer<SchemeEdited>(client.POST('/api/schemes/{scheme_id}/copy', { params: at(id), body: { name }, ...named() })),
  /** Everything that is said of it anew. */
  replace: (id: number, body: Schemas['DescribeOrder']) =>
    answer<SchemeEdited>(client.PUT('/api/schemes/{scheme_id}', { params: at(id), body, ...named() })),
  bring: (id: number, state: SchemeState, version: number) =>
    answer<SchemeEdited>(client.POST('/api/schemes/{scheme_id}/state', { params: at(id), body: { state, version }, ...named() })),
  delete: (id: number, version: number) =>
    answer<undefined>(client.DELETE('/api/schemes/{scheme_id}', { params: { ...at(id), query: { version } }, ...named() })),
  edit: (id: number, edits: SchemeEdit[], versions: Record<string, number>) =>
    answer<SchemeEdited>(
      client.POST('/api/schemes/{scheme_id}/edits', { params: at(id), body: { edits, versions } as Schemas['EditsOrder'], ...named() }),
    ),
  /** Back to how it was after `step`; `last_step` is the last one that was seen. */
  backTo: (id: number, step: number, last_step: number) =>
    answer<SchemeEdited>(client.POST('/api/schemes/{scheme_id}/undo', { params: at(id), body: { step, last_step }, ...named() })),
  compare: (id: number, other: number) =>
    answer<Comparison>(client.GET('/api/schemes/{scheme_id}/compare', { params: { ...at(id), query: { with: other } } })),
}

/** The precincts that are no longer what an edit has seen; empty for other failures. */
export function conflictsIn(error: unknown): SchemeConflict[] {
  const given = error instanceof ApiError && error.kind === 'version-conflict' ? error.more['conflicts'] : []
  return Array.isArray(given) ? (given as SchemeConflict[]) : []
}

/** Why an edit cannot be made, as a stable word, and the precincts that it names. */
export function reasonOf(error: unknown): { reason: string; precinctIds: number[]; at?: Place } | undefined {
  if (!(error instanceof ApiError) || typeof error.more['reason'] !== 'string') return undefined
  const facts = (error.more['facts'] ?? {}) as { precinct_ids?: number[]; at?: Place }
  return { reason: error.more['reason'], precinctIds: facts.precinct_ids ?? [], ...(facts.at ? { at: facts.at } : {}) }
}

export type CommunityFeature = Feature
