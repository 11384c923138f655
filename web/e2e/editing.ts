import { expect, type APIRequestContext, type Locator, type Page } from '@playwright/test'
import { atRest, open, pixel } from './page'

/** A quiet spot of the sample city, close enough to draw in. */
export const PLACE = '#map=17/30.1228/104.6497&mode=edit'
export const ME = '测试员李工'

type Place = [number, number]

export interface Stored {
  id: number
  version: number
  geometry: { type: string; coordinates: unknown }
  properties: Record<string, unknown>
}

/** Opens the map for editing under a name, as whoever was asked for it before. */
export async function openEdit(page: Page, hash = PLACE, name = ME): Promise<Locator> {
  if (name) {
    await page.addInitScript((name) => localStorage.setItem('pianqu.edit.actor', name), name)
  }
  await open(page, hash)
  const panel = page.getByRole('region', { name: '编辑', exact: true })
  await expect(panel).toBeVisible()
  return panel
}

/** A place some pixels from the middle of what the panel leaves free. */
export async function spot(page: Page, right: number, down: number): Promise<Place> {
  return page.evaluate(
    ([right = 0, down = 0]) => {
      const map = window.__pianqu?.map
      if (!map) throw new Error('there is no map')
      const box = map.getCanvas().getBoundingClientRect()
      const { lng, lat } = map.unproject([box.width / 2 + 200 + right, box.height / 2 + down])
      return [lng, lat] as [number, number]
    },
    [right, down],
  )
}

export async function clickAt(page: Page, place: Place): Promise<void> {
  const { x, y } = await pixel(page, place)
  await page.mouse.move(x, y)
  await page.mouse.click(x, y)
}

export async function drag(page: Page, from: Place, to: Place): Promise<void> {
  const [a, b] = [await pixel(page, from), await pixel(page, to)]
  await page.mouse.move(a.x, a.y)
  await page.mouse.down()
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2)
  await page.mouse.move(b.x, b.y)
  await page.mouse.up()
}

/** Writes a feature as somebody would by program; the answer is how it is stored. */
export async function write(
  request: APIRequestContext,
  layer: string,
  geometry: object,
  properties: object,
  who = '夹具',
): Promise<Stored> {
  const answer = await request.post(`/api/collections/${layer}/items`, {
    headers: { 'content-type': 'application/geo+json', 'pianqu-actor': encodeURIComponent(who) },
    data: { type: 'Feature', geometry, properties },
  })
  expect(answer.status(), await answer.text()).toBe(201)
  return (await answer.json()) as Stored
}

export async function change(request: APIRequestContext, layer: string, id: number, patch: object, who: string): Promise<Stored> {
  const answer = await request.patch(`/api/collections/${layer}/items/${id}`, {
    headers: { 'content-type': 'application/merge-patch+json', 'pianqu-actor': encodeURIComponent(who) },
    data: patch,
  })
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as Stored
}

export async function read(request: APIRequestContext, layer: string, id: number): Promise<Stored | undefined> {
  const answer = await request.get(`/api/collections/${layer}/items/${id}`)
  if (answer.status() === 404) return undefined
  expect(answer.ok()).toBe(true)
  return (await answer.json()) as Stored
}

/** The features of a layer with a name. */
export async function named(request: APIRequestContext, layer: string, name: string): Promise<Stored[]> {
  const answer = await request.get(`/api/collections/${layer}/items`, { params: { filter: `name='${name}'` } })
  expect(answer.ok(), await answer.text()).toBe(true)
  return ((await answer.json()) as { features: Stored[] }).features
}

export async function remove(request: APIRequestContext, layer: string, id: number): Promise<void> {
  await request.delete(`/api/collections/${layer}/items/${id}`)
}

/** Opens a feature for editing, as a link to it and the key do. */
export async function openFeature(page: Page, layer: string, id: number, zoom = 17): Promise<Locator> {
  const stored = await read(page.request, layer, id)
  const [, lon, lat] = /\[(-?[\d.]+),(-?[\d.]+)/.exec(JSON.stringify(stored?.geometry)) ?? []
  const panel = await openEdit(page, `#map=${zoom}/${lat}/${lon}&at=${layer}/${id}&mode=edit`)
  await expect(panel.getByRole('form', { name: '属性' })).toBeVisible()
  await atRest(page)
  return panel
}
