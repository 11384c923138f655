import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema'

type Schemas = components['schemas']
export type City = Schemas['CitySummary']
export type Layer = Schemas['LayerSummary']
export type Field = Schemas['FieldSummary']
export type Found = Schemas['SearchResult']
export type Statistics = Schemas['StatisticsAnswer']
export type Basemap = Schemas['BasemapSummary']
export type Sources = Schemas['SourcesAnswer']
export type Fault = Schemas['Fault']
export type Readiness = Schemas['Readiness']

export interface Feature {
  id: number
  geometry: GeoJSON.Geometry
  properties: Record<string, string | number | boolean | null>
  version?: number
  updated_at?: string
  source?: string | null
}

export interface FeaturePage {
  features: Feature[]
  numberMatched: number
  numberReturned: number
  links: { rel: string; href: string }[]
}

/** A refusal: the server's problem, or `network` when there was no answer at all. */
export class ApiError extends Error {
  constructor(
    /** Last part of the problem's `type`, stable. */
    readonly kind: string,
    readonly status: number,
    readonly requestId: string | undefined,
    /** The server's own words, in English; empty when it said none. */
    message: string,
    /** What is wrong where. */
    readonly errors: Fault[] = [],
    /** Whatever else the problem says. */
    readonly more: Record<string, unknown> = {},
  ) {
    super(message)
  }
}

let viewer: 'public' | undefined

/** Ask as the public from now on, or as whoever the server takes us for. */
export function setViewer(next: 'public' | undefined): void {
  viewer = next
}

/** Adds the viewer to an address of our server. */
export function withViewer(url: string): string {
  if (!viewer) return url
  return `${url}${url.includes('?') ? '&' : '?'}viewer=${viewer}`
}

const asViewer: Middleware = {
  onRequest: async ({ request }) => {
    if (!viewer) return undefined
    const { method, headers, signal } = request
    // The body as bytes: handing on the stream would ask for HTTP/2.
    const body = method === 'GET' ? null : await request.arrayBuffer()
    return new Request(withViewer(request.url), { method, headers, signal, body })
  },
}

export const client = createClient<paths>({ baseUrl: location.origin })
client.use(asViewer)

interface Outcome {
  data?: unknown
  error?: unknown
  response: Response
}

/** The data of an answer; of a refusal the error. */
export async function answer<T>(request: Promise<Outcome>): Promise<T> {
  let outcome: Outcome
  try {
    outcome = await request
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('network', 0, undefined, String(error))
  }
  if (outcome.response.ok) return outcome.data as T
  throw problemOf(outcome.error, outcome.response.status)
}

/** The error of a refused request from its body, `application/problem+json` where the server wrote it. */
export function problemOf(body: unknown, status: number): ApiError {
  const more = (body ?? {}) as Record<string, unknown>
  const problem: { type?: string; detail?: string; request_id?: string; errors?: Fault[] } = more
  const kind = problem.type?.split('/').at(-1) ?? 'unknown'
  return new ApiError(kind, status, problem.request_id, problem.detail ?? '', problem.errors, more)
}

/** Where the next page begins; nothing after the last. */
export function nextCursor(page: FeaturePage): number | undefined {
  const next = page.links.find((link) => link.rel === 'next')
  const cursor = next && new URL(next.href, location.origin).searchParams.get('cursor')
  return cursor ? Number(cursor) : undefined
}

export const api = {
  city: () => answer<City>(client.GET('/api/city')),
  layers: () => answer<Layer[]>(client.GET('/api/layers')),
  basemaps: () => answer<Basemap[]>(client.GET('/api/basemaps')),
  /** Where the features of layers come from, within west, south, east, north. */
  sources: (layers: string[], bbox: number[]) =>
    answer<Sources>(client.GET('/api/sources', { params: { query: { layers: layers.join(), bbox: bbox.join() } } })),
  search: (q: string, signal: AbortSignal) =>
    answer<{ results: Found[] }>(client.GET('/api/search', { params: { query: { q, limit: 20 } }, signal })),
  feature: (layer: string, id: number) =>
    answer<Feature>(client.GET('/api/collections/{layer}/items/{id}', { params: { path: { layer, id } } })),
  features: (layer: string, bbox: number[], limit: number, cursor: number | undefined, signal: AbortSignal) =>
    answer<FeaturePage>(
      client.GET('/api/collections/{layer}/items', {
        params: {
          path: { layer },
          query: { bbox: bbox.join(','), limit, ...(cursor === undefined ? {} : { cursor }) },
        },
        signal,
      }),
    ),
  /** Every feature of a layer with some of its properties, page by page. */
  allFeatures: async function* (layer: string, properties: string): AsyncGenerator<Feature[]> {
    let cursor: number | undefined
    do {
      const query = { limit: 1000, properties, ...(cursor === undefined ? {} : { cursor }) }
      const page: FeaturePage = await answer<FeaturePage>(
        client.GET('/api/collections/{layer}/items', { params: { path: { layer }, query } }),
      )
      yield page.features
      cursor = nextCursor(page)
    } while (cursor !== undefined)
  },
  statistics: (area: GeoJSON.Polygon | GeoJSON.MultiPolygon) =>
    answer<Statistics>(client.POST('/api/statistics', { body: { area: area as unknown as Record<string, never> } })),
  /** Also a 503 is an answer here: it says how old the data are. */
  readiness: async (): Promise<Readiness> => {
    const response = await fetch('/readyz', { cache: 'no-store' })
    if (response.status !== 200 && response.status !== 503) {
      throw new ApiError('unknown', response.status, undefined, response.statusText)
    }
    return (await response.json()) as Readiness
  },
}
