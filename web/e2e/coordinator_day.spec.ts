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
  // Where across its street it lies, on the card and in the drawing; the map draws it there.
  await expect(page.getByTestId('trench-place')).toContainText('位置：')
  await expect(section).toContainText('位置：')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载横断面 SVG' }).click()])
  expect(file.suggestedFilename()).toMatch(/^横断面.*\.svg$/)
  const svg = await readFile(await file.path(), 'utf8')
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
  expect(svg).toContain('净距')
  expect(await complaints(page), 'a cross-section').toEqual([])
  // Existing lines near a trench are drawn beside it, hatched and by letters.
  const rows = panel.getByRole('listitem').getByRole('button')
  for (let n = 1; n < 15 && (await section.locator('pattern').count()) === 0; n++) await rows.nth(n).click()
  await expect(section.locator('pattern')).toHaveCount(1)
  await expect(section).toContainText('A现状')

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

  // The public sees how often streets are opened; no work, no operator, not even the question.
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.getByRole('button', { name: '公众视角' }).click()
  await expect(panel.getByTestId('calendar-totals')).toBeVisible()
  await expect(panel.getByTestId('trench-figures')).toHaveCount(0)
  await expect(panel.getByRole('group', { name: '内容' })).toHaveCount(0)
  expect(requests.filter((url) => /trenches|trench-plans|utility_work/.test(url))).toEqual([])
  expect(requests.filter((url) => url.includes('street-calendar')).every((url) => url.includes('viewer=public'))).toBe(true)
  const kinds = await page.evaluate(() => window.__pianqu?.map.queryRenderedFeatures().flatMap(({ properties }) => (['work', 'trench', 'clash'].includes(String(properties['what'])) ? [properties['what']] : [])))
  expect(kinds).toEqual([])
  expect(await complaints(page), 'the calendar').toEqual([])
})

interface Planned {
  trench_id: number
  code: string
  version: number
  state: string
  operators: string[]
  unnamed_work_ids: number[]
  lead_operator: string | null
  result: { starts_on: string; work_ids: number[]; street_id: number | null }
}
interface Plan {
  trench_plan_id: number
  name: string
  state: string
  round: number
  planned_trenches: Planned[]
}

test('a plan is kept, offered, replied to, planned anew and agreed; what is agreed is frozen, exported and printed', async ({ page }) => {
  test.setTimeout(240_000)
  await page.addInitScript(() => localStorage.setItem('pianqu.edit.actor', '协调员王工'))
  await openTrenches(page)
  const panel = panelOf(page)
  const name = `年度计划 ${Date.now()}`
  await panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '协商' }).click()
  await panel.getByLabel('计划名称').fill(name)
  await panel.getByRole('button', { name: '保存当前计划' }).click()
  await expect(panel.getByText(`已保存“${name}”`)).toBeVisible({ timeout: 60_000 })
  const list = (await (await page.request.get('/api/trench-plans')).json()) as Plan[]
  const { trench_plan_id } = list.find((one) => one.name === name)!
  const plan = async () => (await (await page.request.get(`/api/trench-plans/${trench_plan_id}`)).json()) as Plan
  const trenchOf = async (id: number) => (await plan()).planned_trenches.find((one) => one.trench_id === id)!

  // Offered, which is asked twice; from then on it is replied to.
  await panel.getByRole('button', { name: '提交各单位' }).click()
  await panel.getByRole('button', { name: '确认提交' }).click()
  await expect(panel.getByText('已提交各单位')).toBeVisible()
  expect((await plan()).state).toBe('offered')
  expect(await complaints(page), 'an offered plan').toEqual([])

  // One trench of two operators: the lead is changed, one accepts, the other asks for other days.
  const ofTwo = (await plan()).planned_trenches.filter((one) => one.operators.length === 2 && one.unnamed_work_ids.length === 0)
  const first = ofTwo[0]!
  const second = ofTwo.find(({ result }) => !result.work_ids.some((id) => first.result.work_ids.includes(id)))!
  const card = page.getByRole('region').filter({ hasText: `共沟 ${first.code}` }).last()
  await panel.getByRole('listitem').filter({ hasText: first.code }).first().getByRole('button').click()
  const [one, other] = first.operators as [string, string]
  const lead = first.lead_operator === one ? other : one
  await card.getByLabel('牵头单位').selectOption(lead)
  await expect.poll(async () => (await trenchOf(first.trench_id)).lead_operator).toBe(lead)
  for (const operator of first.operators) {
    await card.getByLabel('答复单位').selectOption(operator)
    await card.getByRole('radio', { name: '同意', exact: true }).check()
    await card.getByRole('button', { name: '提交答复' }).click()
    await expect(panel.getByText(`已记录：${operator}同意`)).toBeVisible()
  }
  // All have accepted: agreed, frozen, a feature of the city.
  await expect(card).toContainText('已冻结')
  await expect(card.getByRole('button', { name: '提交答复' })).toHaveCount(0)
  const agreed = await trenchOf(first.trench_id)
  expect(agreed.state).toBe('agreed')
  await expect(panel.getByRole('listitem').filter({ hasText: first.code }).first()).toContainText('✓ 已同意')
  expect(await complaints(page), 'an agreed trench').toEqual([])

  // Its sheet, on screen and on paper.
  await card.getByRole('button', { name: '共沟单' }).click()
  const sheet = page.getByRole('dialog')
  await expect(sheet.getByRole('img').first()).toHaveAttribute('src', /^data:image\/jpeg/, { timeout: 45_000 })
  await expect(sheet.locator('svg[role=img]')).toContainText('沟宽')
  await expect(sheet.locator('svg[role=img]')).toContainText('位置：')
  await expect(sheet).toContainText(lead)
  expect(await complaints(page), 'a sheet').toEqual([])
  await page.emulateMedia({ media: 'print' })
  await expect(panel, 'on paper there is the sheet alone').toBeHidden()
  await expect(sheet.getByRole('button', { name: '打印或存为 PDF' })).toBeHidden()
  await page.emulateMedia({ media: 'screen' })
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)

  // A refusal is taken in by the next round, and the agreed trench stays where it is.
  await panel.getByRole('listitem').filter({ hasText: second.code }).first().getByRole('button').click()
  const their = page.getByRole('region').filter({ hasText: `共沟 ${second.code}` }).last()
  await their.getByRole('radio', { name: '不同意', exact: true }).check()
  await their.getByRole('textbox', { name: '理由' }).fill('与在建工程冲突')
  await their.getByRole('button', { name: '提交答复' }).click()
  await expect(their).toContainText('未同意')
  await panel.getByRole('button', { name: '重新排定' }).click()
  await expect(panel.getByText('已重新排定')).toBeVisible({ timeout: 60_000 })
  const again = await plan()
  expect(again.round).toBe(2)
  expect(again.planned_trenches.find((it) => it.trench_id === first.trench_id)).toMatchObject({ state: 'agreed', version: agreed.version, result: agreed.result })
  const apart = again.planned_trenches.filter((it) => it.state !== 'withdrawn' && it.result.street_id === second.result.street_id && second.result.work_ids.every((id) => it.result.work_ids.includes(id)))
  expect(apart, 'who refused no longer shares that trench').toEqual([])

  // Somebody moves a work of the agreed trench: the plan says what changed.
  const work = `/api/collections/utility_work/items/${first.result.work_ids[0]}`
  const etag = (await page.request.get(work)).headers()['etag'] ?? ''
  const moved = await page.request.patch(work, { headers: { 'if-match': etag, 'content-type': 'application/merge-patch+json' }, data: { properties: { window_end: '2033-12-31' } } })
  expect(moved.status(), await moved.text()).toBe(200)
  await expect(panel.getByText('同意后被修改').first()).toBeVisible({ timeout: 30_000 })
  await expect(panel.getByRole('listitem').filter({ hasText: '同意后被修改' }).first()).toContainText('2033-12-31')

  // Taken along, and counted in the calendar of the year.
  for (const [format, start] of [['GPKG', 'SQLite'], ['XLSX', 'PK'], ['DXF', '']] as const) {
    const [file] = await Promise.all([page.waitForEvent('download'), panel.getByRole('link', { name: format }).click()])
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${format.toLowerCase()}$`))
    const bytes = await readFile(await file.path())
    expect(bytes.length).toBeGreaterThan(500)
    expect(bytes.subarray(0, start.length).toString()).toBe(start)
  }
  await panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '日历' }).click()
  const year = Number(first.result.starts_on.slice(0, 4))
  const now = new Date().getFullYear()
  for (let n = now; n !== year; n += Math.sign(year - now)) await panel.getByRole('button', { name: year < now ? '上一年' : '下一年' }).click()
  await expect(panel.getByText(`${year} 年`, { exact: true })).toBeVisible()
  await expect(panel.locator('td.agreed').first()).toBeVisible({ timeout: 30_000 })
})
