import { expect, test } from '@playwright/test'
import { ask } from './analysis'
import { complaints } from './axe'
import { open, view } from './page'

interface Area {
  id: number
  name: string
  all: { households: number }
  not_reached: { households: number }
}

test('the matrix tells what the API tells, is gone through by keyboard, and leads to the map', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65')
  await page.keyboard.press('c')
  await page.getByRole('button', { name: '小区 × 设施矩阵' }).click()
  const { results } = await ask<{ results: { rule: string; communities: Area[] }[] }>(page, 'coverage', { steps: [], most_gaps: 0 })
  const grid = page.getByRole('grid')
  await expect(grid).toHaveAttribute('aria-rowcount', String(results[0]!.communities.length + 1), { timeout: 20_000 })
  // Not all rows are in the page, and the first is the one that misses most.
  expect(await grid.locator('tbody tr:not([aria-hidden])').count()).toBeLessThan(60)
  const missing = new Map<string, number>()
  const isJudged = (result: object) => typeof (result as { reach_m: unknown }).reach_m === 'number'
  for (const result of results.filter(isJudged)) {
    for (const area of result.communities) missing.set(area.name, (missing.get(area.name) ?? 0) + area.not_reached.households)
  }
  const [worst] = [...missing].sort((a, b) => b[1] - a[1])[0]!
  await expect(grid.getByRole('rowheader').first()).toContainText(worst)

  const nursery = results.find(({ rule }) => rule === 'nursery')!.communities.find(({ name }) => name === worst)!
  const share = 1 - nursery.not_reached.households / nursery.all.households
  const cell = grid.getByRole('gridcell', { name: new RegExp(`^${worst}，托儿所：`) }).first()
  if (share > 0.01 && share < 0.99) await expect(cell).toContainText(String(Math.round(share * 100)))
  const drawer = page.getByRole('region', { name: '小区 × 设施' })
  await drawer.getByLabel('责任主体').selectOption({ index: 1 })
  await expect(page.getByText(/^\d+ \/ 364 个小区/)).toBeVisible()
  expect(Number(await grid.getAttribute('aria-rowcount'))).toBeLessThan(results[0]!.communities.length)

  await grid.getByRole('rowheader').first().focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  const target = grid.locator('[data-at="1/1"]')
  await expect(target).toBeFocused()
  const community = (await target.getAttribute('aria-label'))!.split('，')[0]!
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: community })).toBeVisible()
  await expect.poll(async () => (await view(page)).zoom).toBeGreaterThan(14)
  expect(await complaints(page)).toEqual([])
  await page.getByRole('button', { name: '图表' }).click()
  await expect(page.getByText('% 可达').first()).toBeVisible()
  await expect(page.getByText('未规定半径，不判断').first()).toBeVisible()
})
