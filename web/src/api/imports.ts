import { answer, ApiError, client, problemOf, withViewer } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Upload = Schemas['UploadSummary']
export type Reading = Schemas['Reading']
export type Fitting = Schemas['Fitting']
export type Refusal = Schemas['Refusal']
export type Undone = Schemas['UndoSummary']

export interface Counts {
  read: number
  accepted: number
  mended: number
  refused: number
  inserted: number
  updated: number
  unchanged: number
  no_longer_in_file: number
}

export interface ColumnReport {
  column: string
  /** A field of the layer, `geometry`, or `check` for what a survey's checks read; null when the column is not imported. */
  field: string | null
  why: string
  samples: string[]
}

export interface RowProblem {
  code: string
  field: string
  value?: string
  reason: string
}

export interface RowReport {
  /** From 1, in the order of the file. */
  row: number
  /** The sheet or file in which the row stands, where a file has more than one. */
  table?: string
  layer: string
  id?: string
  outcome: 'mended' | 'refused'
  problems: RowProblem[]
}

/** `ingest::SurveyReport` of the server. */
export interface SurveyReport {
  point_table: string
  points: number
  /** `field` is what a column is taken for. */
  point_columns: ColumnReport[]
  line_table: string
  lines: number | null
}

/** `ingest::Report` of the server. */
export interface Report {
  file: string
  format: string
  source: string
  source_layer: string
  encoding: string
  crs: string
  key: string
  columns: ColumnReport[]
  survey?: SurveyReport
  counts: Counts
  notes: { code: string; message: string; count: number }[]
  rows: RowReport[]
  rows_not_listed: number
}

export interface Preview {
  report: Report
  features: GeoJSON.FeatureCollection
  is_cut: boolean
  refusal: Refusal | null
}

export interface Job {
  state: 'running' | 'done' | 'failed'
  progress?: { stage: string; done: number; total: number } | null
  result: { import_id?: number | null; is_dry_run?: boolean; report?: Report; refusal?: Refusal } | null
}

export const imports = {
  preview: (upload_id: string, reading: Reading, signal: AbortSignal) =>
    answer<Preview>(
      client.POST('/api/uploads/{upload_id}/preview', { params: { path: { upload_id } }, body: reading, signal }),
    ),
  discard: (upload_id: string) =>
    answer<undefined>(client.DELETE('/api/uploads/{upload_id}', { params: { path: { upload_id } } })),
  start: (upload_id: string, reading: Reading, is_dry_run: boolean) =>
    answer<{ job_id: string }>(client.POST('/api/imports', { body: { upload_id, reading, is_dry_run } })),
  job: (job_id: string) => answer<Job>(client.GET('/api/jobs/{job_id}', { params: { path: { job_id } } })),
  cancel: (job_id: string) =>
    answer<unknown>(client.DELETE('/api/jobs/{job_id}', { params: { path: { job_id } } })),
  undo: (import_id: number) =>
    answer<Undone>(client.POST('/api/imports/{import_id}/undo', { params: { path: { import_id } } })),
}

/** Sends files. `fetch` does not tell how far it has come, so this is the older way. */
export function send(files: File[], onProgress: (sent: number, total: number) => void, signal: AbortSignal): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    for (const file of files) form.append('file', file, file.name)
    const request = new XMLHttpRequest()
    request.open('POST', withViewer('/api/uploads'))
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total))
    request.addEventListener('load', () => {
      const body = readJson(request.responseText)
      if (request.status === 201) resolve(body as Upload)
      else reject(problemOf(body, request.status))
    })
    request.addEventListener('error', () => reject(new ApiError('network', 0, undefined, '')))
    request.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')))
    signal.addEventListener('abort', () => request.abort())
    request.send(form)
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy's page, say; the status tells enough.
    return undefined
  }
}
