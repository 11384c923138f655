import { expect, type APIRequestContext, type Locator, type Page } from '@playwright/test'
import { clickAt } from './editing'
import { open } from './page'

type Place = [number, number]

/** Where communities stand close together, right of the panel; few layers, because a test's browser draws slowly. */
export const PLACE = '#map=15/30.121/104.6455&layers=community'
export const WEST: Place[] = [[104.6441, 30.1165], [104.6478, 30.1165], [104.6478, 30.1245], [104.6441, 30.1245]]
export const EAST: Place[] = [[104.6474, 30.1167], [104.6515, 30.1167], [104.6515, 30.1243], [104.6474, 30.1243]]

/** Opens the mode under a name. */
export async function openPrecincts(page: Page, name: string, hash = PLACE): Promise<Locator> {
  await page.addInitScript((name) => localStorage.setItem('pianqu.edit.actor', name), name)
  await open(page, hash)
  await page.getByRole('button', { name: '片区', exact: true }).click()
  const panel = page.getByRole('region', { name: '片区划分', exact: true })
  await expect(panel).toBeVisible()
  return panel
}

export async function drawArea(page: Page, corners: Place[]): Promise<void> {
  for (const corner of [...corners, corners[0]!]) await clickAt(page, corner)
}

export async function drawLine(page: Page, places: Place[]): Promise<void> {
  for (const place of places) await clickAt(page, place)
  await clickAt(page, places.at(-1)!)
}

interface Scheme {
  scheme_id: number
  name: string
  version: number
  state: string
}

export interface PrecinctFeature {
  id: number
  geometry: { coordinates: number[][][][] }
  properties: { name: string; version: number; members: { community_id: number; how: string }[] }
}

/** The server's own answers. */
export async function schemeNamed(request: APIRequestContext, name: string): Promise<Scheme> {
  const list = (await (await request.get('/api/schemes')).json()) as Scheme[]
  const found = list.find((one) => one.name === name)
  if (!found) throw new Error(`there is no scheme ${name}`)
  return found
}

export async function precinctsOf(request: APIRequestContext, scheme_id: number): Promise<PrecinctFeature[]> {
  const answer = await request.get(`/api/schemes/${scheme_id}/precincts`)
  return ((await answer.json()) as { features: PrecinctFeature[] }).features
}

/** Edits a scheme as a colleague would by another browser. */
export async function editAs(request: APIRequestContext, who: string, scheme_id: number, edits: object[]): Promise<void> {
  const versions = Object.fromEntries((await precinctsOf(request, scheme_id)).map(({ id, properties }) => [id, properties.version]))
  const headers = { 'pianqu-actor': encodeURIComponent(who) }
  const answer = await request.post(`/api/schemes/${scheme_id}/edits`, { headers, data: { edits, versions } })
  expect(answer.status(), await answer.text()).toBe(200)
}
