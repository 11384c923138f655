import { answer, ApiError, client, problemOf, withViewer } from './client'
import type { CoverageOrder } from './analysis'
import type { components } from './schema'

export type Trial = components['schemas']['ExportTrial']

/** What is to be exported and how, as `POST …/export` takes it. */
export interface Order {
  format: string
  crs: string
  encoding?: string
  shapes?: boolean
  filter?: string
  /** Names of fields with commas between. */
  properties?: string
  /** West, south, east, north. */
  bbox?: string
  area?: GeoJSON.Polygon | GeoJSON.MultiPolygon
}

/** One value that the format cannot hold. */
export interface Unfit {
  feature_id: number
  field: string
  code: string
  character: string | null
}

/** How many features there would be, or the problem that the export would answer. */
export function tryExport(layer: string, order: Order, signal: AbortSignal): Promise<Trial> {
  const body = order as unknown as components['schemas']['ExportOrder']
  return answer(client.POST('/api/collections/{layer}/export/trial', { params: { path: { layer } }, body, signal }))
}

/** A file as the server named it. */
export interface Download {
  name: string
  bytes: Uint8Array<ArrayBuffer>
}

/** Fetches the file; `onProgress` hears of bytes, and of the total once the server has made the file. */
export async function download(
  layer: string,
  order: Order,
  onProgress: (received: number, total: number) => void,
  signal: AbortSignal,
): Promise<Download> {
  return received(await ask(`/api/collections/${layer}/export`, order, signal), onProgress, signal)
}

/** The answer of coverage as a workbook or a GeoPackage. */
export async function coverageFile(format: 'xlsx' | 'gpkg', language: 'zh' | 'en', order: CoverageOrder, signal: AbortSignal): Promise<Download> {
  const response = await ask(`/api/analysis/coverage/export?format=${format}&language=${language}`, order, signal)
  return received(response, () => undefined, signal)
}

async function received(response: Response, onProgress: (received: number, total: number) => void, signal: AbortSignal): Promise<Download> {
  if (!response.ok || !response.body) {
    throw problemOf(await response.json().catch(() => undefined), response.status)
  }
  const total = Number(response.headers.get('content-length') ?? 0)
  const parts: Uint8Array[] = []
  let count = 0
  onProgress(count, total)
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      count += value.length
      onProgress(count, total)
    }
  } catch (error) {
    throw signal.aborted ? error : new ApiError('network', 0, undefined, String(error))
  }
  // A connection that was cut must not look like a smaller city.
  if (total > 0 && count !== total) throw new ApiError('network', 0, undefined, `${count} of ${total} bytes came`)
  return { name: nameOf(response.headers.get('content-disposition')), bytes: joined(parts, count) }
}

async function ask(path: string, order: Order | CoverageOrder, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(withViewer(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
      signal,
    })
  } catch (error) {
    throw signal.aborted ? error : new ApiError('network', 0, undefined, String(error))
  }
}

/** The name in a `Content-Disposition` of our server (RFC 6266). */
export function nameOf(disposition: string | null): string {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '') ?? []
  return encoded ? decodeURIComponent(encoded) : 'export'
}

function joined(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
