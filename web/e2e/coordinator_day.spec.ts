import { readFile } from 'node:fs/promises'
import { expect as told, test, type Page } from '@playwright/test'
import { ask } from './analysis'
import { complaints } from './axe'
import { atRest, open } from './page'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 20_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

interface Answer {
  totals: { works: number; clashes: number; trenches: number; openings: number; openings_separate: number }
  trenches: { work_ids: number[]; lines: unknown[]; street: string | null; width_m: number }[]
}

const panelOf = (page: Page) => page.getByRole('region', { name: '共沟协调' })

/** Opens the mode by its key and waits for the plan. */
async function openTrenches(page: Page, hash = '#map=14.5/30.12/104.648&layers=street'): Promise<Answer> {
  await open(page, hash)
  await page.keyboard.press('g')
  await expect(panelOf(page).getByTestId('trench-figures')).toBeVisible({ timeout: 60_000 })
  return ask<Answer>(page, 'trenches', {})
}

test('a coordinator sees the plan, looks at a clash, opens a cross-section and takes it along', async ({ page }) => {
  test.setTimeout(150_000)
  const answer = await openTrenches(page)
  const panel = panelOf(page)
  await expect(panel.getByTestId('trench-figures')).toContainText(`${answer.totals.openings}`)
  expect(await complaints(page), 'the plan').toEqual([])

  // The worst first: a clash with its reason and its ground.
  await panel.getByRole('button', { name: new RegExp(`^冲突 ${answer.totals.clashes}`) }).click()
  await expect(panel.getByText(`共 ${answer.totals.clashes} 项`)).toBeVisible()
  await panel.getByLabel('结论或类别').selectOption('second_opening')
  await panel.getByRole('listitem').getByRole('button').first().click()
  const card = page.getByRole('region', { name: '二次开挖' })
  await expect(card).toContainText('时段相差')
  await expect(card).toContainText('城市道路管理条例')
  expect(await complaints(page), 'a clash').toEqual([])
  await page.keyboard.press('Escape')
  await expect(card).toHaveCount(0)

  // A trench: chosen in the list, drawn on the map, its section to scale.
  await panel.getByRole('group', { name: '清单' }).getByRole('button', { name: '共沟' }).click()
  await panel.getByRole('listitem').getByRole('button').first().click()
  await atRest(page)
  const drawn = await page.evaluate(() => window.__pianqu?.map.queryRenderedFeatures().filter(({ properties }) => properties['what'] === 'chosen').length)
  expect(drawn, 'the chosen trench lies in view').toBeGreaterThan(0)
  const section = page.locator('figure svg[role=img]')
  await expect(section.locator('circle, rect')).not.toHaveCount(0)
  await expect(section).toContainText('沟宽')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载横断面 SVG' }).click()])
  expect(file.suggestedFilename()).toMatch(/^横断面.*\.svg$/)
  const svg = await readFile(await file.path(), 'utf8')
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  expect(svg).toContain('净距')
  expect(await complaints(page), 'a cross-section').toEqual([])

  // What is found is what goes into the file.
  await panel.getByLabel('管线', { exact: true }).selectOption('gas')
  const [csv] = await Promise.all([page.waitForEvent('download'), panel.getByRole('button', { name: '下载 CSV' }).click()])
  const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n')
  await expect(panel.getByText(new RegExp(`找到 ${lines.length - 1} 项，共 ${answer.totals.trenches} 项`))).toBeVisible()
  await panel.getByLabel('管线', { exact: true }).selectOption('')

  // A click on the map chooses what is drawn there, and its list shows it.
  await page.keyboard.press('Escape')
  await panel.getByRole('group', { name: '清单' }).getByRole('button', { name: '开挖' }).click()
  const at = await page.evaluate(() => {
    const map = window.__pianqu?.map
    if (!map) throw new Error('there is no map')
    const box = map.getCanvas().getBoundingClientRect()
    for (const { geometry, properties } of map.queryRenderedFeatures()) {
      if (properties['what'] !== 'trench') continue
      const { coordinates } = geometry as { coordinates: [number, number][][] | [number, number][] }
      const line = (Array.isArray(coordinates[0]?.[0]) ? coordinates.flat(1) : coordinates) as [number, number][]
      const point = map.project(line[Math.floor(line.length / 2)]!)
      if (point.x > 500 && point.x < 1300 && point.y > 80 && point.y < 650) return { x: box.x + point.x, y: box.y + point.y }
    }
    throw new Error('no trench is drawn')
  })
  await page.mouse.click(at.x, at.y)
  await expect(panel.locator('li button[aria-current=true]')).toHaveCount(1)
  await page.keyboard.press('Escape')

  // Month by month, and the chart of days by keyboard.
  await panel.getByRole('button', { name: '下一月' }).click()
  await expect(panel.getByText(/当月开挖 \d+ 处，施工 \d+ 项/)).toBeVisible()
  await panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '计划' }).click()
  await panel.getByRole('button', { name: '进度图' }).click()
  const chart = page.getByRole('grid', { name: '进度图' })
  await expect(chart.getByRole('row')).not.toHaveCount(0)
  expect(await chart.getByRole('row').count(), 'only what can be seen is in the page').toBeLessThan(80)
  expect(await complaints(page), 'the chart of days').toEqual([])
  await chart.getByRole('rowheader').first().focus()
  await page.keyboard.press('End')
  await expect(chart.locator('th:focus')).toHaveAttribute('data-at', /\d{2,}/)
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region').filter({ hasText: '申报时段' }).last()).toBeVisible()
})

test('settings make another plan, and the public has none', async ({ page }) => {
  test.setTimeout(120_000)
  const before = await openTrenches(page)
  const panel = panelOf(page)
  await panel.getByText('参数', { exact: true }).click()
  await panel.getByLabel('可调整天数').fill('365')
  await panel.getByLabel('本计划开挖修复后').fill('0')
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/analysis/trenches') && request.method() === 'POST')
  await panel.getByRole('button', { name: '按此重新计算' }).click()
  const order = (await asked).postDataJSON() as { settings: { shift_limit_days: number; protection: { opening: number } } }
  expect(order.settings).toMatchObject({ shift_limit_days: 365, protection: { opening: 0 } })
  const after = await ask<Answer>(page, 'trenches', { settings: order.settings })
  expect(after.totals.openings).not.toBe(before.totals.openings)
  await expect(panel.getByTestId('trench-figures')).toContainText(`${after.totals.openings} 次`, { timeout: 60_000 })

  await page.getByRole('button', { name: '公众视角' }).click()
  await expect(panel).toHaveCount(0)
  await expect(page.getByRole('button', { name: '共沟', exact: true })).toHaveCount(0)
  await page.keyboard.press('g')
  await expect(panel).toHaveCount(0)
})
