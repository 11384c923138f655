import { expect, type Page } from '@playwright/test'

/** What the page lends to tests: the map that is drawn, not a second account of it. */
interface Hook {
  map: {
    loaded(): boolean
    areTilesLoaded(): boolean
    isMoving(): boolean
    getZoom(): number
    getCenter(): { lng: number; lat: number }
    getCanvas(): HTMLCanvasElement
    getBounds(): { toArray(): [number, number][] }
    project(at: [number, number]): { x: number; y: number }
    unproject(at: [number, number]): { lng: number; lat: number }
    jumpTo(view: { center: [number, number]; zoom: number }): void
    queryRenderedFeatures(): {
      source: string
      sourceLayer?: string
      id?: number | string
      geometry: unknown
      properties: Record<string, unknown>
    }[]
  }
}

declare global {
  interface Window {
    __pianqu?: Hook
  }
}

export interface Found {
  layer: string
  id: number
  label: string
  center: [number, number]
}

/** Opens the map and waits until it is drawn. */
export async function open(page: Page, hash = ''): Promise<void> {
  await page.goto(`/${hash}`)
  await atRest(page)
}

/** Waits until the map neither moves nor waits for a tile. */
export async function atRest(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const map = window.__pianqu?.map
      return map !== undefined && map.loaded() && map.areTilesLoaded() && !map.isMoving()
    },
    undefined,
    { timeout: 20_000 },
  )
}

/** How many features of each layer are drawn now. */
export async function drawn(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const counts: Record<string, number> = {}
    for (const feature of window.__pianqu?.map.queryRenderedFeatures() ?? []) {
      const layer = feature.sourceLayer
      if (layer) counts[layer] = (counts[layer] ?? 0) + 1
    }
    return counts
  })
}

export async function view(page: Page): Promise<{ lng: number; lat: number; zoom: number }> {
  return page.evaluate(() => {
    const map = window.__pianqu?.map
    if (!map) throw new Error('there is no map')
    const { lng, lat } = map.getCenter()
    return { lng, lat, zoom: map.getZoom() }
  })
}

/** Where on the page a place is. */
export async function pixel(page: Page, at: [number, number]): Promise<{ x: number; y: number }> {
  return page.evaluate((at) => {
    const map = window.__pianqu?.map
    if (!map) throw new Error('there is no map')
    const box = map.getCanvas().getBoundingClientRect()
    const point = map.project(at)
    return { x: box.x + point.x, y: box.y + point.y }
  }, at)
}

/** The server's own answer, so that a test needs to know nothing of the sample city by heart. */
export async function search(page: Page, query: string): Promise<Found> {
  const answer = await page.request.get('/api/search', { params: { q: query, limit: 20 } })
  expect(answer.ok()).toBe(true)
  const first = ((await answer.json()) as { results: Found[] }).results[0]
  if (!first) throw new Error(`nothing is found for ${query}`)
  return first
}

/** A link to where a feature of a layer is. */
export async function hashAt(page: Page, layer: string, zoom: number): Promise<string> {
  const answer = await page.request.get(`/api/collections/${layer}/items`, { params: { limit: 1 } })
  const text = JSON.stringify(((await answer.json()) as { features: { geometry: unknown }[] }).features[0]?.geometry)
  const [, lon, lat] = /\[(-?[\d.]+),(-?[\d.]+)/.exec(text) ?? []
  if (!lon || !lat) throw new Error(`there is no ${layer}`)
  return `#map=${zoom}/${lat}/${lon}`
}
