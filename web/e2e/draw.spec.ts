import { expect, test } from '@playwright/test'
import { open, pixel } from './page'

const corners: [number, number][] = [
  [104.646, 30.098],
  [104.654, 30.098],
  [104.654, 30.104],
  [104.646, 30.104],
]

test('a drawn area is counted, and the counts are the server’s', async ({ page }) => {
  await open(page, '#map=15.5/30.101/104.65')
  await page.keyboard.press('s')
  await page.getByRole('button', { name: '绘制区域' }).click()
  const answered = page.waitForResponse((response) => response.url().includes('/api/statistics'))
  for (const corner of [...corners, corners[0]!]) {
    const at = await pixel(page, corner)
    await page.mouse.move(at.x, at.y)
    await page.mouse.click(at.x, at.y)
  }
  const statistics = (await (await answered).json()) as { area_m2: number; layers: { layer: string; count: number }[] }
  // 0.008° by 0.006° at this latitude: 771 m by 665 m.
  expect(statistics.area_m2).toBeGreaterThan(490_000)
  expect(statistics.area_m2).toBeLessThan(535_000)
  const communities = statistics.layers.find((one) => one.layer === 'community')?.count ?? 0
  expect(communities).toBeGreaterThan(0)
  const panel = page.getByRole('region', { name: '区域统计' }).first()
  await expect(panel.getByText('小区', { exact: true }).first()).toBeVisible()
  await expect(panel.locator('summary', { hasText: '小区' }).first()).toContainText(communities.toLocaleString('zh-CN'))
})

test('a distance is measured on the ellipsoid', async ({ page }) => {
  await open(page, '#map=15.5/30.101/104.65')
  await page.keyboard.press('m')
  await page.getByRole('button', { name: '距离' }).click()
  const [from, to] = [await pixel(page, corners[0]!), await pixel(page, corners[1]!)]
  await page.mouse.click(from.x, from.y)
  await page.mouse.move(to.x, to.y)
  await page.mouse.click(to.x, to.y)
  await page.mouse.click(to.x, to.y)
  // 0.008° of longitude at 30.098° N are 771 m; in Web Mercator they would be 891.
  await expect(page.getByText(/7(6|7|8)\d(\.\d+)? (米|m)/)).toBeVisible()
})
