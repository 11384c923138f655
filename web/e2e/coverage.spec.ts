import { readFile } from 'node:fs/promises'
import { expect, test, type Page } from '@playwright/test'
import { ask as put } from './analysis'
import { complaints } from './axe'
import { atRest, open, pixel, view } from './page'

interface Tally {
  households: number
}
interface Area {
  id: number | null
  all: Tally
  reached_enough: Tally
  reached_too_small: Tally
  not_reached: Tally
  no_data: Tally
  mean_m: number
  mean_leaves_out_no_path: number
  verdict: string
}
interface Answer {
  building_ids: number[]
  gap_count: number
  gaps: { community: string; community_id: number; households_affected: number }[]
  results: {
    facilities: number
    city: Area
    responsible_bodies: Area[]
    buildings: { distance_m: (number | null)[]; why: number[]; state: number[] }
  }[]
}

// Each asks the whole city twice: the page, and the test beside it.
test.describe.configure({ timeout: 90_000 })

const panel = (page: Page) => page.getByRole('region', { name: '设施覆盖' })
const STATES = ['reached_enough', 'reached_too_small', 'not_reached', 'no_data'] as const

const ask = (page: Page, rule: string) => put<Answer>(page, 'coverage', { rules: [rule], with_buildings: true, most_gaps: 10_000, steps: [] })

async function choose(page: Page, rule: string): Promise<void> {
  if (!(await panel(page).isVisible())) await page.getByRole('button', { name: '覆盖', exact: true }).click()
  await panel(page).getByLabel('规则').selectOption(rule)
  await expect(panel(page).getByRole('progressbar')).toHaveCount(0, { timeout: 20_000 })
  await expect(panel(page).getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible({ timeout: 20_000 })
}

/** The class that a building must be drawn in under a rule of 300 m, told apart from the screen's own code. */
function classOf({ distance_m, why, state }: Answer['results'][number]['buildings'], i: number): number {
  const metres = distance_m[i] ?? undefined
  if (why[i] === 2) return 5
  if (metres === undefined) return 4
  if (state[i] !== 2) return metres <= 150 ? 0 : 1
  return metres <= 600 ? 2 : 3
}

/** Every drawn building and the class that it wears. */
async function coloured(page: Page): Promise<[number, number][]> {
  return page.evaluate(() => {
    const features = (window.__pianqu?.map.queryRenderedFeatures() ?? []) as unknown as {
      layer: { id: string }
      id: number
      state: { walk_class?: number }
    }[]
    return features.filter(({ layer }) => layer.id === 'building').map(({ id, state }) => [id, state.walk_class ?? -1] as [number, number])
  })
}

test('a rule is chosen, and buildings wear the distance that the API tells', async ({ page }) => {
  await open(page, '#map=15.5/30.12/104.65')
  await page.keyboard.press('c')
  await choose(page, 'health_station')
  await expect(panel(page).getByText('五分钟生活圈 · 按需配')).toBeVisible()
  await expect(panel(page).getByText('服务半径 300 米')).toBeVisible()
  await expect(panel(page).getByText('数值未与标准原文核对，结论须复核').first()).toBeVisible()
  await atRest(page)
  const answer = await ask(page, 'health_station')
  const result = answer.results[0]!
  const expected = new Map(answer.building_ids.map((id, i) => [id, classOf(result.buildings, i)]))
  const drawn = await coloured(page)
  expect(drawn.length).toBeGreaterThan(20)
  for (const [id, worn] of drawn) expect(worn, `building ${id}`).toBe(expected.get(id))
  expect(new Set(drawn.map(([, worn]) => worn)).size).toBeGreaterThan(1)
  const counts = panel(page).locator('li[data-class=near] .count')
  await expect(counts).toHaveText(`${[...expected.values()].filter((one) => one === 0).length.toLocaleString('zh-CN')} 栋`)

  // Another language draws the style anew; the colours stay.
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await atRest(page)
  await expect.poll(async () => (await coloured(page)).filter(([id, worn]) => worn === expected.get(id)).length).toBeGreaterThan(20)
  // With the panel they go.
  await page.keyboard.press('Escape')
  await atRest(page)
  await expect.poll(async () => (await coloured(page)).filter(([, worn]) => worn !== -1).length).toBe(0)
})

test('the figures are those of the API, in four states, and nothing unverified passes', async ({ page }) => {
  await open(page, '#map=14/30.12/104.65')
  await choose(page, 'health_station')
  const { city, responsible_bodies } = (await ask(page, 'health_station')).results[0]!
  for (const area of [city, ...responsible_bodies]) {
    const row = panel(page).locator(`tr[data-area="${area.id ?? 'city'}"]`)
    const cells = await row.getByRole('cell').allInnerTexts()
    expect(Number(cells[0]?.replaceAll(',', ''))).toBe(Math.round(area.all.households))
    for (const [n, state] of STATES.entries()) {
      const share = (100 * area[state].households) / area.all.households
      expect(Math.abs(Number(cells[n + 1]?.replace('%', '')) - share), `${area.id} ${state}`).toBeLessThanOrEqual(0.051)
    }
    expect(cells[5]).toBe({ fail: '未达标', unknown: '无法判断', needs_review: '待复核' }[area.verdict])
  }
  await expect(panel(page).getByText(`平均距离 ${Math.round(city.mean_m).toLocaleString('zh-CN')} 米`)).toBeVisible()
  await expect(panel(page).getByText(`无通路的 ${Math.round(city.mean_leaves_out_no_path).toLocaleString('zh-CN')} 户`)).toBeVisible()
  await panel(page).getByText('依据', { exact: true }).click()
  await expect(panel(page).getByText('GB 50180-2018').first()).toBeVisible()
})

test('the worst gap comes first, is flown to, and the list is a file', async ({ page }) => {
  await open(page, '#map=12/30.12/104.65')
  await choose(page, 'nursery')
  const { gaps } = await ask(page, 'nursery')
  const worst = gaps[0]!
  await panel(page).getByRole('button', { name: '缺口' }).click()
  const first = panel(page).getByRole('listitem').getByRole('button').first()
  await expect(first).toContainText(worst.community)
  await expect(first).toContainText(`${Math.round(worst.households_affected).toLocaleString('zh-CN')} 户`)
  await expect(first).toContainText(/超出|没有/)
  const [download] = await Promise.all([page.waitForEvent('download'), panel(page).getByRole('button', { name: '下载清单（CSV）' }).click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  expect(lines.length).toBe(gaps.length + 1)
  expect(lines[1]).toContain(worst.community)
  await first.click()
  await expect(page.getByRole('heading', { name: worst.community })).toBeVisible()
  await expect.poll(async () => (await view(page)).zoom).toBeGreaterThan(14)
  expect(await complaints(page)).toEqual([])
})

test('a kind that nobody has on record has no data, not a share of zero', async ({ page }) => {
  await page.route('**/api/analysis/coverage', async (route) => {
    // The server is asked in earnest, for a kind that the sample city lacks.
    await route.continue({ postData: JSON.stringify({ ...route.request().postDataJSON(), modifications: closing }) })
  })
  const items = await page.request.get('/api/collections/facility/items', { params: { filter: "facility_kind = 'junior_school'", limit: '100' } })
  const { features } = (await items.json()) as { features: { id: number }[] }
  const closing = features.map(({ id }) => ({ kind: 'close_facility', facility_id: id }))
  await open(page, '#map=15.5/30.12/104.65')
  await choose(page, 'junior_school')
  await expect(panel(page).getByText('没有此类设施的记录：无数据')).toBeVisible()
  await expect(panel(page).getByText('%')).toHaveCount(0)
  await atRest(page)
  expect(new Set((await coloured(page)).map(([, worn]) => worn))).toEqual(new Set([6]))
})

test('streets and area within reach of a clicked place are drawn as the API tells', async ({ page }) => {
  const stores = await page.request.get('/api/collections/facility/items', { params: { filter: "facility_kind = 'health_station'", limit: '1' } })
  const { features } = (await stores.json()) as { features: { geometry: { coordinates: [number, number] } }[] }
  const place = features[0]!.geometry.coordinates
  await open(page, `#map=15/${place[1]}/${place[0]}`)
  await choose(page, 'health_station')
  await panel(page).getByRole('button', { name: '步行范围' }).click()
  await panel(page).getByRole('button', { name: '在地图上点选' }).click()
  const at = await pixel(page, place)
  await page.mouse.click(at.x, at.y)
  await expect(panel(page).getByText(/从 .* 出发/)).toBeVisible({ timeout: 20_000 })
  const row = (metres: string) => panel(page).getByRole('row').filter({ hasText: metres })
  await panel(page).getByRole('radio', { name: '300 米' }).check()
  const small = await row('300 米').getByRole('cell').nth(1).innerText()
  await panel(page).getByRole('radio', { name: '1,000 米' }).check()
  const large = await row('1,000 米').getByRole('cell').nth(1).innerText()
  expect(Number(large.replaceAll(',', ''))).toBeGreaterThan(Number(small.replaceAll(',', '')))
  await atRest(page)
  const what = await page.evaluate(() => (window.__pianqu?.map.queryRenderedFeatures() ?? []).filter(({ source }) => source === 'coverage').map(({ properties }) => properties['what']))
  expect(new Set(what)).toEqual(new Set(['facility', 'area', 'streets', 'origin']))
  expect(await complaints(page)).toEqual([])
})

test('a refusal is told in words, and coverage fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.route('**/api/analysis/coverage', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ type: '/problems/too-busy', status: 503 }) }),
  )
  await open(page, '#map=15/30.12/104.65')
  await page.getByRole('button', { name: '覆盖', exact: true }).click()
  await expect(panel(page).getByRole('alert')).toContainText('服务器繁忙')
  await page.unroute('**/api/analysis/coverage')
  await panel(page).getByRole('button', { name: '重试' }).click()
  await expect(panel(page).getByText('楼栋到最近设施的步行距离')).toBeVisible({ timeout: 20_000 })
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await complaints(page)).toEqual([])
})

test('a long question tells that it runs, and can be stopped', async ({ page }) => {
  let stopped = ''
  await page.route('**/api/analysis/coverage', (route) => route.fulfill({ status: 202, json: { job_id: 'long' } }))
  await page.route('**/api/jobs/long', async (route) => {
    if (route.request().method() === 'DELETE') stopped = route.request().url()
    await route.fulfill({ json: { job_id: 'long', state: 'running', progress: { stage: 'coverage', done: 0, total: 1 }, result: null } })
  })
  await open(page, '#map=15/30.12/104.65')
  await page.keyboard.press('c')
  await expect(panel(page).getByText('正在计算步行距离…')).toBeVisible()
  await expect(panel(page).getByRole('progressbar')).toBeVisible()
  await page.waitForResponse('**/api/jobs/long')
  await panel(page).getByRole('button', { name: '取消' }).click()
  await expect(panel(page).getByText('已取消计算。')).toBeVisible()
  await expect.poll(() => stopped).toContain('/api/jobs/long')
  await page.unroute('**/api/analysis/coverage')
  await panel(page).getByRole('button', { name: '计算', exact: true }).click()
  await expect(panel(page).getByText(/开放中的设施/)).toBeVisible({ timeout: 20_000 })
})
