import { expect, test } from '@playwright/test'
import { drawn, hashAt, open, search, view, atRest, pixel } from './page'

test('the map shows the city', async ({ page }) => {
  await open(page)
  await expect(page).toHaveTitle(/片区/)
  const counts = await drawn(page)
  for (const layer of ['community', 'street', 'barrier', 'facility', 'subdistrict']) {
    expect(counts[layer] ?? 0, layer).toBeGreaterThan(0)
  }
  expect(counts['utility_line'] ?? 0, 'pipes are off at first').toBe(0)
  await expect(page.getByText('示例数据（虚构）').first()).toBeVisible()
})

test('a layer is switched on and off, and a link remembers it', async ({ page }) => {
  await open(page, await hashAt(page, 'utility_line', 16))
  const pipes = page.getByRole('checkbox', { name: /现状管线/ })
  await pipes.check()
  await expect.poll(async () => (await drawn(page))['utility_line'] ?? 0).toBeGreaterThan(0)
  await expect(page).toHaveURL(/layers=[^&]*utility_line/)
  await pipes.uncheck()
  await expect.poll(async () => (await drawn(page))['utility_line'] ?? 0).toBe(0)
})

test('a name is found by its pinyin initials and flown to, by keyboard alone', async ({ page }) => {
  await open(page)
  await page.keyboard.press('/')
  await expect(page.getByRole('combobox', { name: '搜索' })).toBeFocused()
  await page.keyboard.type('rsysc')
  await expect(page.getByRole('option', { name: /榕树印刷厂/ }).first()).toBeVisible()
  const found = await search(page, 'rsysc')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: found.label, exact: true })).toBeVisible()
  await atRest(page)
  const seen = await view(page)
  expect(Math.abs(seen.lng - found.center[0])).toBeLessThan(0.01)
  expect(Math.abs(seen.lat - found.center[1])).toBeLessThan(0.01)
  expect(seen.zoom).toBeGreaterThan(15)
})

test('a click inspects what is there, in words', async ({ page }) => {
  const found = await search(page, 'rsysc')
  await open(page, `#map=17/${found.center[1]}/${found.center[0]}&layers=community`)
  const at = await pixel(page, found.center)
  await page.mouse.click(at.x, at.y)
  const card = page.getByRole('region', { name: found.label, exact: true }).first()
  await expect(card).toBeVisible()
  const answer = await page.request.get(`/api/collections/${found.layer}/items/${found.id}`)
  const { properties } = (await answer.json()) as { properties: Record<string, unknown> }
  await expect(card.getByText(String(properties['code']), { exact: true })).toBeVisible()
  await expect(card.getByText(String(properties['households']), { exact: false }).first()).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(card).toBeHidden()
})
