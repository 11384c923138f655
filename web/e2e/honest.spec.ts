import { expect, test } from '@playwright/test'
import type { Map as LibreMap } from 'maplibre-gl'
import { atRest, open, search } from './page'

test('zoomed out, small communities are counted and none vanishes', async ({ page }) => {
  await open(page, '#map=9.5/30.12/104.65&layers=community')
  const shown = await page.evaluate(() => {
    const seen = new Map<string, number>()
    const map = window.__pianqu?.map as unknown as LibreMap
    for (const feature of map.querySourceFeatures('city', { sourceLayer: 'community' })) {
      const count = feature.properties['pq_count'] as number | undefined
      const key = count === undefined ? `one ${feature.id}` : `cell ${JSON.stringify(feature.geometry)}`
      seen.set(key, count ?? 1)
    }
    return [...seen.values()].reduce((sum, n) => sum + n, 0)
  })
  const layers = (await (await page.request.get('/api/layers')).json()) as { id: string; count: number }[]
  expect(shown).toBe(layers.find((layer) => layer.id === 'community')?.count)
})

test('a database that is away is told, with the age of the data', async ({ page }) => {
  await page.route('**/readyz', (route) =>
    route.fulfill({
      status: 503,
      json: { is_ready: false, revision: 7, taken_at: '2026-01-01T00:00:00Z', age_s: 180, database: 'away' },
    }),
  )
  await open(page)
  await expect(page.getByText('数据库无法连接，当前为第 7 版数据，3 分钟前')).toBeVisible()
})

test('a server that cannot be reached is told, and forgotten when it is back', async ({ page }) => {
  await open(page)
  await page.route('**/readyz', (route) => route.abort())
  await expect(page.getByText('与服务器的连接已断开')).toBeVisible({ timeout: 10_000 })
  await page.unroute('**/readyz')
  await expect(page.getByText('与服务器的连接已断开')).toBeHidden({ timeout: 10_000 })
})

test('a link to a feature that is gone says so', async ({ page }) => {
  await open(page, '#at=community/999999999')
  await expect(page.getByText('没有这个要素，它可能已被删除')).toBeVisible()
})

test('statistics need no mouse', async ({ page }) => {
  await open(page)
  await page.keyboard.press('s')
  await page.getByRole('button', { name: '统计当前视图' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByText('统计口径')).toBeVisible()
  await expect(page.locator('summary').filter({ hasText: '小区' }).first()).toContainText(/\d/)
})

test('the selected area and typed bounds are counted by keyboard alone', async ({ page }) => {
  const found = await search(page, 'rsysc')
  await open(page, `#map=16.5/${found.center[1]}/${found.center[0]}&at=${found.layer}/${found.id}`)
  await expect(page.getByRole('heading', { name: found.label, exact: true })).toBeVisible()
  await page.keyboard.press('s')
  await page.getByRole('button', { name: '统计选中面' }).focus()
  const ofSelected = page.waitForResponse('**/api/statistics')
  await page.keyboard.press('Enter')
  const { layers } = (await (await ofSelected).json()) as { layers: { layer: string; count: number }[] }
  expect(layers.find((one) => one.layer === 'community')?.count).toBe(1)

  await page.getByRole('textbox', { name: '西, 南, 东, 北（度）' }).focus()
  await page.keyboard.type('30.098, 104.646, 30.104, 104.654')
  await page.keyboard.press('Enter')
  await expect(page.getByText('请依次填写西、南、东、北')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('104.646, 30.098, 104.654, 30.104')
  const ofTyped = page.waitForResponse('**/api/statistics')
  await page.keyboard.press('Enter')
  // 0.008° by 0.006° at this latitude: 771 m by 665 m.
  const { area_m2 } = (await (await ofTyped).json()) as { area_m2: number }
  expect(area_m2).toBeGreaterThan(490_000)
  expect(area_m2).toBeLessThan(535_000)
  await expect(page.getByText('请依次填写西、南、东、北')).toBeHidden()
})

test('drawing goes on after the language and the viewer changed', async ({ page }) => {
  await open(page, '#map=15/30.118/104.648')
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await page.getByRole('button', { name: 'Public view' }).click()
  await expect(page.getByText('internal data are hidden')).toBeVisible()
  await atRest(page)
  await page.getByRole('button', { name: 'Area statistics' }).click()
  await page.getByRole('button', { name: 'Draw an area' }).click()
  for (const [x, y] of [[450, 200], [950, 220], [930, 600]] as const) {
    await page.mouse.move(x, y)
    await page.mouse.click(x, y)
    // Two clicks within the time of a double click would end the shape.
    await page.waitForTimeout(350)
  }
  const asked = page.waitForRequest('**/api/statistics*')
  await page.keyboard.press('Enter')
  expect((await asked).url()).toContain('viewer=public')
  await expect(page.getByText('How features are counted')).toBeVisible()
})
