import { expect, test, type Page } from '@playwright/test'
import { atRest, open, view } from './page'

/** The number that the table says is in view. */
async function matched(page: Page): Promise<number> {
  const said = page.getByRole('status').filter({ hasText: '当前视图内共' })
  await expect(said).toBeVisible()
  const text = await said.innerText()
  return Number(/共 ([\d,]+) 条/.exec(text)?.[1]?.replaceAll(',', ''))
}

test('the table follows the map and its numbers are the server’s', async ({ page }) => {
  await open(page, '#map=13.5/30.12/104.65')
  await page.keyboard.press('t')
  await expect(page.getByRole('heading', { name: '属性表' })).toBeVisible()
  await expect.poll(() => matched(page)).toBeGreaterThan(0)
  const wide = await matched(page)

  await page.goto('/#map=16/30.1/104.65')
  await expect.poll(() => matched(page)).toBeLessThan(wide)
  const bbox = await page.evaluate(() => {
    return window.__pianqu?.map.getBounds().toArray().flat().join(',') ?? ''
  })
  const answer = await page.request.get('/api/collections/community/items', { params: { bbox, limit: 1 } })
  const { numberMatched } = (await answer.json()) as { numberMatched: number }
  await expect.poll(() => matched(page)).toBe(numberMatched)
})

test('a row of the table flies to its feature', async ({ page }) => {
  await open(page, '#map=15/30.1/104.65')
  await page.keyboard.press('t')
  const before = await view(page)
  const row = page.getByRole('row').nth(1)
  await expect(row).toBeVisible()
  const name = (await row.getByRole('cell').nth(1).innerText()).trim()
  await row.click()
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible()
  await expect.poll(async () => (await view(page)).zoom).not.toBe(before.zoom)
  await atRest(page)
})
