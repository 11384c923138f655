import { expect, test } from '@playwright/test'
import { atRest, drawn, hashAt, open, search, view } from './page'

test('a link brings back place, layers, feature and language', async ({ page }) => {
  const found = await search(page, 'rsysc')
  await open(page, `#map=16.50/${found.center[1]}/${found.center[0]}&layers=community,gate&at=${found.layer}/${found.id}&lang=en`)
  const seen = await view(page)
  expect(seen.zoom).toBeCloseTo(16.5, 1)
  expect(seen.lng).toBeCloseTo(found.center[0], 3)
  await expect(page.getByRole('heading', { name: found.label, exact: true })).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Search' })).toBeVisible()
  const counts = await drawn(page)
  expect(counts['community']).toBeGreaterThan(0)
  expect(counts['street'] ?? 0).toBe(0)
})

test('the language is switched, and Back switches it back', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await expect(page.getByRole('heading', { name: 'Layers' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await page.goBack()
  await expect(page.getByRole('heading', { name: '图层', exact: true })).toBeVisible()
})

test('the public sees no pipe', async ({ page }) => {
  await open(page, `${await hashAt(page, 'utility_line', 15)}&layers=community,street,utility_line,utility_work`)
  expect((await drawn(page))['utility_line'] ?? 0, 'pipes are there to be hidden').toBeGreaterThan(0)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.getByRole('button', { name: '公众视角' }).click()
  await expect(page.getByText('正以公众视角查看')).toBeVisible()
  await expect(page.getByRole('checkbox', { name: /管线/ })).toHaveCount(0)
  await atRest(page)
  await expect.poll(async () => (await drawn(page))['street'] ?? 0).toBeGreaterThan(0)
  expect((await drawn(page))['utility_line'] ?? 0).toBe(0)
  const data = asked.filter((url) => /\/(api|tiles)\//.test(url))
  expect(data.length).toBeGreaterThan(0)
  expect(data.filter((url) => !url.includes('viewer=public'))).toEqual([])
})
