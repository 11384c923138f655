import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { pdfInfo, pdfPicture, pngInfo, type Grey } from './pages'
import { hashAt, open } from './page'

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
