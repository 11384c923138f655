import { expect, test, type Page } from '@playwright/test'
import { ask } from './analysis'
import { complaints } from './axe'
import { pdfInfo, pdfPicture, pngInfo, type Grey } from './pages'
import { atRest, hashAt, open } from './page'

/** What the sheet says of itself; its files must say the same. */
interface Told {
  scale: number
  dpi: number
  legend: { id: string; title: string; layers: string[] }[]
  bar: { lengthM: number; mm: number; xMm: number; yMm: number }
  bounds: [number, number, number, number]
  layout: { page: { w: number; h: number }; map: { x: number; y: number; w: number; h: number }; legend: { x: number; y: number; w: number; h: number } }
}

// Pictures of many pixels are drawn here without a graphics card, beside everything else that runs.
test.describe.configure({ timeout: 150_000 })

const panel = (page: Page) => page.getByRole('region', { name: '打印地图' })

async function save(page: Page, kind: 'PNG' | 'PDF'): Promise<{ path: string; name: string; told: Told }> {
  const coming = page.waitForEvent('download', { timeout: 60_000 })
  await panel(page).getByRole('button', { name: `保存 ${kind}` }).click()
  const download = await coming
  const told = await page.evaluate(() => {
    const sheet = (window as unknown as { __pianquSheet: Told }).__pianquSheet
    const { scale, dpi, bar, bounds, layout } = sheet
    const legend = sheet.legend.map(({ id, title, layers }) => ({ id, title, layers }))
    return { scale, dpi, bar, bounds, layout, legend }
  })
  return { path: await download.path(), name: download.suggestedFilename(), told }
}

/** The share of pixels in a part of the page, in millimetres, that are darker than `most`. */
function darkness(grey: Grey, dpi: number, box: { x: number; y: number; w: number; h: number }, most: number): number {
  let [dark, all] = [0, 0]
  for (let x = box.x; x < box.x + box.w; x += 0.3) {
    for (let y = box.y; y < box.y + box.h; y += 0.3) {
      all += 1
      if (grey.at((x * dpi) / 25.4, (y * dpi) / 25.4) < most) dark += 1
    }
  }
  return dark / all
}

/** Metres between two places along the parallel, on a sphere of the ellipsoid's radius there: not our code. */
function acrossM(west: number, east: number, lat: number): number {
  const phi = (lat * Math.PI) / 180
  const e2 = 0.0066943800229
  const radius = 6378137 / Math.sqrt(1 - e2 * Math.sin(phi) ** 2)
  return ((east - west) * Math.PI * radius * Math.cos(phi)) / 180
}

test('a PDF has the size of its paper, the scale that it says and a legend of what is drawn', async ({ page }) => {
  await open(page, await hashAt(page, 'community', 16))
  await page.getByRole('button', { name: '打印', exact: true }).click()
  await panel(page).getByLabel('图名').fill('雁江区老旧小区改造图')
  await panel(page).getByLabel('编制单位').fill('某规划院')
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('5000')
  await panel(page).getByLabel('分辨率').selectOption('150')
  await expect(panel(page).getByLabel('资料来源与许可')).toHaveValue(/示例数据（虚构）[^]*数据来源：.*community/)
  const { path, name, told } = await save(page, 'PDF')
  expect(name).toBe('雁江区老旧小区改造图.pdf')

  const info = pdfInfo(path)
  expect(info.pages).toBe(1)
  expect(info.title).toBe('雁江区老旧小区改造图')
  expect(info.widthPt).toBeCloseTo((297 / 25.4) * 72, 1)
  expect(info.heightPt).toBeCloseTo((210 / 25.4) * 72, 1)

  // The frame's width on the ground is its width on paper times the scale.
  const [west, south, east, north] = told.bounds
  const pixelMm = 25.4 / 96
  const frameM = acrossM(west, east, (south + north) / 2)
  const paperMm = (Math.ceil(told.layout.map.w / pixelMm) + 2) * pixelMm
  expect(told.scale).toBe(5000)
  expect(Math.abs(frameM / ((paperMm / 1000) * 5000) - 1)).toBeLessThan(0.004)

  // The bar, measured on the page: its first quarter is black, its second white.
  const dpi = 300
  const grey = pdfPicture(path, dpi)
  const px = dpi / 25.4
  const y = (told.bar.yMm + 0.8) * px
  const inside = (mm: number) => grey.at((told.bar.xMm + mm) * px, y)
  expect(told.bar.mm).toBeCloseTo((told.bar.lengthM / 5000) * 1000, 6)
  expect(inside(told.bar.mm * 0.12)).toBeLessThan(80)
  expect(inside(told.bar.mm * 0.37)).toBeGreaterThan(200)
  let [from, to] = [0, 0]
  for (let x = (told.bar.xMm - 3) * px; x < (told.bar.xMm + told.bar.mm + 3) * px; x += 1) {
    if (grey.at(x, y) > 128) continue
    from ||= x
    to = x
  }
  expect(Math.abs((to - from) / px - told.bar.mm)).toBeLessThan(0.4)

  // Not blank, and text in its places.
  expect(darkness(grey, dpi, told.layout.map, 235)).toBeGreaterThan(0.15)
  expect(darkness(grey, dpi, told.layout.legend, 128)).toBeGreaterThan(0.005)
  expect(darkness(grey, dpi, { x: 100, y: 12, w: 97, h: 8 }, 128)).toBeGreaterThan(0.05)
  expect(darkness(grey, dpi, { x: 0, y: 0, w: 297, h: 8 }, 250)).toBe(0)
  expect(told.legend.map(({ title }) => title)).toContain('小区')
  expect(told.legend.map(({ title }) => title)).not.toContain('现状管线·给水')
})

test('the legend is what is drawn: what the server has there, and no more', async ({ page }) => {
  const hash = await hashAt(page, 'utility_line', 17)
  await open(page, `${hash}&layers=utility_line,gate`)
  await page.keyboard.press('p')
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('1000')
  await panel(page).getByLabel('分辨率').selectOption('150')
  const { told } = await save(page, 'PNG')
  const bbox = told.bounds.join(',')
  const of = async (layer: string) => {
    const answer = await page.request.get(`/api/collections/${layer}/items`, { params: { bbox, limit: '10000' } })
    return ((await answer.json()) as { features: { properties: Record<string, unknown> }[] }).features.map((one) => one.properties)
  }
  const [lines, gates] = [await of('utility_line'), await of('gate')]
  expect(lines.length).toBeGreaterThan(0)
  const expected = new Set(lines.map(({ utility_kind }) => `utility_line-${String(utility_kind)}`))
  if (lines.some(({ quality_level }) => quality_level !== 'surveyed')) expected.add('unsurveyed')
  for (const { is_open } of gates) expected.add(is_open === false ? 'gate-closed' : 'gate')
  expect(new Set(told.legend.map(({ id }) => id))).toEqual(expected)
})

test('a PNG has the pixels of its paper and knows its resolution', async ({ page }) => {
  await open(page, await hashAt(page, 'community', 15))
  await page.getByRole('button', { name: '打印', exact: true }).click()
  await panel(page).getByLabel('纸张').selectOption('a3')
  await panel(page).getByLabel('方向').selectOption('portrait')
  await panel(page).getByLabel('分辨率').selectOption('200')
  const { path, name } = await save(page, 'PNG')
  expect(name).toMatch(/\.png$/)
  const { width, height, perMetre } = pngInfo(path)
  expect([width, height]).toEqual([Math.round((297 / 25.4) * 200), Math.round((420 / 25.4) * 200)])
  expect(perMetre).toBe(Math.round(200 / 0.0254))
  await expect(panel(page).getByText(/已保存 .*png/)).toBeVisible()
})

test('the sheet lies on the map, a wrong scale is told, and what somebody wrote stays', async ({ page }) => {
  await open(page, await hashAt(page, 'community', 15))
  await page.getByRole('button', { name: '打印', exact: true }).click()
  const outlines = () =>
    page.evaluate(() => (window.__pianqu?.map.queryRenderedFeatures() ?? []).filter(({ source }) => source === 'outline').length)
  await panel(page).getByRole('button', { name: '缩放到图幅' }).click()
  await expect.poll(outlines).toBeGreaterThan(0)
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('其他…')
  await panel(page).getByLabel('比例尺分母').fill('12')
  await expect(panel(page).getByRole('alert')).toContainText('100 到 2,000,000')
  await expect(panel(page).getByRole('button', { name: '保存 PDF' })).toBeDisabled()
  await panel(page).getByLabel('比例尺分母').fill('3333')
  await expect(panel(page).getByRole('button', { name: '保存 PDF' })).toBeEnabled()
  const credits = panel(page).getByLabel('资料来源与许可')
  await credits.fill('某局，2026')
  await page.keyboard.press('Escape')
  await page.waitForTimeout(600)
  await page.getByRole('button', { name: '打印', exact: true }).click()
  await page.waitForTimeout(600)
  await expect(credits).toHaveValue('某局，2026')
  await panel(page).getByRole('button', { name: '重新生成' }).click()
  await expect(credits).toHaveValue(/示例数据（虚构）/)
  await panel(page).getByRole('button', { name: '关闭' }).click()
  await expect.poll(outlines).toBe(0)
})

interface Walks {
  building_ids: number[]
  results: { buildings: { distance_m: (number | null)[]; why: number[]; state: number[] } }[]
}
const WORN: Record<string, [number, number, number]> = {
  'cover-near': [0x1f, 0x5f, 0x99],
  'cover-within': [0x8c, 0xbb, 0xe0],
  'cover-outside': [0xf2, 0xbd, 0x77],
  'cover-far': [0xcc, 0x6a, 0x1f],
}

/** Pixels of the sheet's map that have a colour, but for how edges and opacity mix it. */
const pixelsOf = (page: Page, colour: [number, number, number]) =>
  page.evaluate(([red = 0, green = 0, blue = 0]) => {
    interface Made { canvas: HTMLCanvasElement; dpi: number; layout: { map: { x: number; y: number; w: number; h: number } } }
    const { canvas, dpi, layout } = (window as unknown as { __pianquSheet: Made }).__pianquSheet
    const box = [layout.map.x, layout.map.y, layout.map.w, layout.map.h].map((mm) => Math.round((mm * dpi) / 25.4)) as [number, number, number, number]
    const { data } = canvas.getContext('2d')!.getImageData(...box)
    let count = 0
    for (let i = 0; i < data.length; i += 4) {
      if (Math.abs(data[i]! - red) < 14 && Math.abs(data[i + 1]! - green) < 14 && Math.abs(data[i + 2]! - blue) < 14) count += 1
    }
    return count
  }, colour)

test('coverage that is on the map is on paper too, with the classes that occur there and what they rest on', async ({ page }) => {
  await open(page, '#map=16/30.12/104.65')
  await page.keyboard.press('c')
  await expect(page.getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible({ timeout: 20_000 })
  await page.getByRole('button', { name: '打印', exact: true }).click()
  const box = panel(page).getByRole('checkbox', { name: /步行距离给楼栋着色/ })
  await expect(box).toBeChecked()
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('5000')
  await panel(page).getByLabel('分辨率').selectOption('150')
  const { told } = await save(page, 'PNG')

  // The classes of the buildings that the server has in the frame, told apart by its distances.
  const { building_ids, results } = await ask<Walks>(page, 'coverage', { rules: ['health_station'], with_buildings: true, steps: [] })
  const { distance_m, why, state } = results[0]!.buildings
  const classOf = (i: number) => {
    const metres = distance_m[i]
    if (why[i] === 2) return 'cover-no_path'
    if (typeof metres !== 'number') return 'cover-beyond'
    if (state[i] !== 2) return metres <= 150 ? 'cover-near' : 'cover-within'
    return metres <= 600 ? 'cover-outside' : 'cover-far'
  }
  const places = new Map(building_ids.map((id, i) => [id, i]))
  const answer = await page.request.get('/api/collections/building/items', { params: { bbox: told.bounds.join(','), limit: '10000' } })
  const { features } = (await answer.json()) as { features: { id: number }[] }
  const expected = new Set<string>(features.map(({ id }) => classOf(places.get(id)!)))
  expect(expected.size).toBeGreaterThan(2)
  const legend = told.legend.map(({ id }) => id)
  expect(legend[0], 'the heading comes first').toBe('cover')
  expect(told.legend[0]!.title).toMatch(/^到最近“.+”的步行距离$/)
  expect(new Set(legend.filter((id) => id.startsWith('cover-') && id !== 'cover-facility'))).toEqual(expected)
  expect(legend).not.toContain('building')
  for (const [id, colour] of Object.entries(WORN)) {
    const count = await pixelsOf(page, colour)
    if (expected.has(id)) expect(count, id).toBeGreaterThan(100)
  }
  const credits = await page.evaluate(() => (window as unknown as { __pianquSheet: { credits: string[] } }).__pianquSheet.credits.join())
  expect(credits).toContain('GB 50180-2018')
  expect(credits).toContain('数值未与标准原文核对，结论须复核')
  expect(await complaints(page)).toEqual([])

  // Without them the map is as it always was.
  const blue = await pixelsOf(page, WORN['cover-near']!)
  await box.uncheck()
  const plain = await save(page, 'PNG')
  expect(plain.told.legend.filter(({ id }) => id.startsWith('cover'))).toEqual([])
  expect(plain.told.legend.map(({ id }) => id)).toContain('building')
  expect(await pixelsOf(page, WORN['cover-near']!)).toBeLessThan(blue / 10)

  // Whoever does not come from coverage prints no colours unasked.
  await page.keyboard.press('c')
  await expect(page.getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('p')
  await expect(box).not.toBeChecked()
})

test('an answer to siting is on paper with its sites, whom they serve and what it is worth', async ({ page }) => {
  await open(page, '#map=15/30.12/104.65')
  await page.keyboard.press('c')
  await expect(page.getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible({ timeout: 20_000 })
  const coverage = page.getByRole('region', { name: '设施覆盖' })
  await coverage.getByRole('group', { name: '结果' }).getByRole('button', { name: '选址' }).click()
  await coverage.locator('form').getByRole('button', { name: '选址' }).click()
  const answer = page.getByTestId('siting-answer')
  await expect(answer).toBeVisible({ timeout: 30_000 })
  const value = (await answer.locator('dd').first().innerText()).replace(/（.*/, '').trim()
  // The first chosen site in the middle of the sheet, so that the frame holds it and whom it serves.
  await answer.locator('ol button').first().click()
  await atRest(page)
  await page.getByRole('button', { name: '打印', exact: true }).click()
  const box = panel(page).getByRole('checkbox', { name: /按选址结果着色/ })
  await expect(box).toBeChecked()
  // All layers of the city and the answer have a legend that is too long for A4, which is told.
  await panel(page).getByLabel('纸张').selectOption('a3')
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('5000')
  await panel(page).getByLabel('分辨率').selectOption('150')
  const { told } = await save(page, 'PNG')
  const legend = told.legend.map(({ id }) => id)
  expect(legend[0], 'the heading comes first').toBe('site')
  expect(legend).toEqual(expect.arrayContaining(['site-new', 'site-chosen']))
  expect(legend.filter((id) => /^cover(-(near|within|outside|far))?$/.test(id)), 'no classes of distance').toEqual([])
  expect(await pixelsOf(page, [0x1f, 0x5f, 0x99]), 'buildings that are newly covered').toBeGreaterThan(100)
  expect(await pixelsOf(page, [0x1f, 0x6f, 0x4a]), 'the site').toBeGreaterThan(30)
  const credits = await page.evaluate(() => (window as unknown as { __pianquSheet: { credits: string[] } }).__pianquSheet.credits.join())
  expect(credits).toContain(`选 3 处；目标值 ${value}`)
  expect(credits).toMatch(/界 [\d,]+.*差距 .*已证最优/)
  expect(await complaints(page)).toEqual([])

  // Unticked, it is the walk to what exists, and no site.
  await box.uncheck()
  const walks = await save(page, 'PNG')
  expect(walks.told.legend[0]!.id).toBe('cover')
  expect(walks.told.legend.filter(({ id }) => id.startsWith('site'))).toEqual([])
})

test('tiles that do not come make no map with gaps, and printing can be stopped', async ({ page }) => {
  await open(page, await hashAt(page, 'community', 15))
  await page.getByRole('button', { name: '打印', exact: true }).click()
  await panel(page).getByLabel('分辨率').selectOption('150')
  await page.route('**/tiles/**', (route) => route.abort())
  await panel(page).getByLabel('比例尺', { exact: true }).selectOption('1000')
  await panel(page).getByRole('button', { name: '保存 PNG' }).click()
  await expect(panel(page).getByRole('alert')).toContainText('没有生成不完整的图', { timeout: 30_000 })
  await page.unroute('**/tiles/**')
  await page.route('**/tiles/**', () => undefined)
  await panel(page).getByRole('button', { name: '保存 PNG' }).click()
  await expect(panel(page).getByText('正在绘制图幅…')).toBeVisible()
  await panel(page).getByRole('button', { name: '取消' }).click()
  await expect(panel(page).getByRole('button', { name: '保存 PNG' })).toBeEnabled()
  await expect(panel(page).getByRole('alert')).toHaveCount(0)
})

test('printing goes by keyboard, fits a phone, and axe finds nothing', async ({ page }) => {
  await open(page, await hashAt(page, 'community', 15))
  await page.keyboard.press('p')
  await expect(panel(page)).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(panel(page).getByLabel('图名')).toBeFocused()
  expect(await complaints(page)).toEqual([])
  await panel(page).getByRole('button', { name: '关闭' }).press('Enter')
  await expect(page.getByRole('button', { name: '打印', exact: true })).toBeFocused()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: '打印', exact: true }).click()
  await expect(panel(page).getByRole('button', { name: '保存 PDF' })).toBeInViewport()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await complaints(page)).toEqual([])
})
