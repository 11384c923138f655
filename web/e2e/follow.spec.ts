import { expect, test, type APIRequestContext, type Page } from '@playwright/test'
import { atRest, open, view } from './page'

const PLACE = '#map=16.4/30.1228/104.6497&layers=gate,street,community'
const GATES = '/api/collections/gate/items'

/** Somebody else writes a gate where the page looks at. */
async function addGate(request: APIRequestContext, [lon, lat]: [number, number]): Promise<string> {
  const answer = await request.post(GATES, {
    headers: { 'content-type': 'application/geo+json', 'pianqu-actor': encodeURIComponent('同事') },
    data: { type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { name: '新开的门' } },
  })
  expect(answer.status(), await answer.text()).toBe(201)
  return answer.headers()['location'] ?? ''
}

async function removeGate(request: APIRequestContext, gate: string): Promise<void> {
  const etag = (await request.get(gate)).headers()['etag'] ?? ''
  expect((await request.delete(gate, { headers: { 'if-match': etag } })).status()).toBe(204)
}

/** Whether the map draws the gate now. */
async function isDrawn(page: Page, gate: string): Promise<boolean> {
  const id = Number(gate.split('/').at(-1))
  return page.evaluate(
    (id) =>
      (window.__pianqu?.map.queryRenderedFeatures() ?? []).some(
        (feature) => feature.sourceLayer === 'gate' && feature.id === id,
      ),
    id,
  )
}

test('a colleague’s edit comes by itself, and only the tiles that it touched are asked for', async ({ page }) => {
  await open(page, PLACE)
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('.mvt')) asked.push(request.url())
  })
  const { lng, lat } = await view(page)
  const gate = await addGate(page.request, [lng, lat])
  await expect.poll(() => isDrawn(page, gate), { timeout: 2000 }).toBe(true)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThan(4)
  await removeGate(page.request, gate)
  await expect.poll(() => isDrawn(page, gate), { timeout: 2000 }).toBe(false)
})

test('what happened while the connection was lost is caught up with', async ({ page, request }) => {
  await open(page, PLACE)
  await atRest(page)
  const { lng, lat } = await view(page)
  await page.context().setOffline(true)
  await expect(page.getByText('与服务器的连接已断开')).toBeVisible({ timeout: 10_000 })
  const gate = await addGate(request, [lng + 2e-4, lat])
  await page.context().setOffline(false)
  await expect.poll(() => isDrawn(page, gate), { timeout: 10_000 }).toBe(true)
  await removeGate(request, gate)
})
