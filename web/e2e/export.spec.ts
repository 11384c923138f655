import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { expect, test, type Download, type Page } from '@playwright/test'
import { complaints } from './axe'
import { atRest, hashAt, open, search } from './page'

test.describe.configure({ timeout: 90_000 })

const panel = (page: Page) => page.getByRole('region', { name: '导出数据' })

/** Only this layer. */
async function choose(page: Page, layer: string): Promise<void> {
  for (const box of await panel(page).getByRole('group', { name: '图层' }).getByRole('checkbox').all()) await box.uncheck()
  await panel(page).getByRole('checkbox', { name: new RegExp(`^${layer} `) }).check()
}

/** The number that the panel says will be exported. */
async function matched(page: Page): Promise<number> {
  const said = panel(page).getByText(/将导出 [\d,]+ 个要素/)
  await expect(said).toBeVisible()
  return Number(/([\d,]+)/.exec(await said.innerText())?.[1]?.replaceAll(',', ''))
}

async function save(page: Page): Promise<Download> {
  const coming = page.waitForEvent('download')
  await panel(page).getByRole('button', { name: '下载' }).click()
  return coming
}

/** What GDAL, which is not ours, says of a file. */
async function ogrinfo(download: Download, ending: string, ...options: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'export-'))
  try {
    const path = join(folder, `file.${ending}`)
    await download.saveAs(path)
    return execFileSync('ogrinfo', ['-so', '-al', ...options, ending === 'zip' ? `/vsizip/${path}` : path], { encoding: 'utf8' })
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function countItems(page: Page, layer: string, parameters: Record<string, string>): Promise<number> {
  const answer = await page.request.get(`/api/collections/${layer}/items`, { params: { limit: '1', ...parameters } })
  return ((await answer.json()) as { numberMatched: number }).numberMatched
}

test('what is filtered is counted, and the file holds just that, in the system and encoding asked for', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await choose(page, '小区')
  const all = await matched(page)
  await panel(page).getByRole('button', { name: '添加条件' }).click()
  await expect(panel(page).getByText('有条件还没有填写完整')).toBeVisible()
  await expect(panel(page).getByRole('button', { name: '下载' })).toBeDisabled()
  const first = panel(page).getByRole('group', { name: '条件 1' })
  await first.getByLabel('字段').selectOption('households')
  await first.getByLabel('取值').fill('400')
  const expected = await countItems(page, 'community', { filter: 'households >= 400' })
  await expect.poll(() => matched(page)).toBe(expected)
  expect(expected).toBeGreaterThan(0)
  expect(expected).toBeLessThan(all)

  await panel(page).getByLabel('格式').selectOption('shp')
  await panel(page).getByLabel('坐标系').selectOption('EPSG:4544')
  await panel(page).getByLabel('文字编码').selectOption('gbk')
  await expect(panel(page).getByText('个字段在文件中改用短名')).toBeVisible()
  const file = await save(page)
  expect(file.suggestedFilename()).toBe('小区.zip')
  await expect(panel(page).getByText('已保存 小区.zip')).toBeVisible()
  const told = await ogrinfo(file, 'zip')
  expect(told).toContain(`Feature Count: ${expected}`)
  expect(told).toContain('Gauss')
  const parts = unzipSync(new Uint8Array(await readFile(await file.path())))
  const names = await page.request.get('/api/collections/community/items', { params: { filter: 'households >= 400' } })
  const { features } = (await names.json()) as { features: { properties: { name: string } }[] }
  expect(new TextDecoder('gbk').decode(parts['community.dbf'])).toContain(features[0]?.properties.name)
})

test('several layers of the view come as one zip, one file each', async ({ page }) => {
  await open(page, '#map=15/30.12/104.65')
  await page.keyboard.press('x')
  await choose(page, '小区')
  await panel(page).getByRole('checkbox', { name: /^道路 / }).check()
  await panel(page).getByRole('radio', { name: '当前视图' }).check()
  await expect(panel(page).getByText('打成一个 zip 包；')).toBeVisible()
  const bbox = await page.evaluate(() => window.__pianqu?.map.getBounds().toArray().flat().join(',') ?? '')
  const [communities, streets] = [await countItems(page, 'community', { bbox }), await countItems(page, 'street', { bbox })]
  await expect.poll(() => matched(page)).toBe(communities + streets)
  const file = await save(page)
  expect(file.suggestedFilename()).toBe('导出.zip')
  const folder = await mkdtemp(join(tmpdir(), 'export-'))
  const path = join(folder, 'all.zip')
  await file.saveAs(path)
  const inside = (name: string) =>
    execFileSync('ogrinfo', ['-so', '-al', `/vsizip/${path}/${name}`], { encoding: 'utf8' })
  expect(inside('小区.gpkg')).toContain(`Feature Count: ${communities}`)
  expect(inside('道路.gpkg')).toContain(`Feature Count: ${streets}`)
  await rm(folder, { recursive: true })
})

test('CQL2 as text shows where the mistake is, and works when it is mended', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await choose(page, '小区')
  await panel(page).getByRole('button', { name: '写成 CQL2' }).click()
  const text = panel(page).getByLabel('CQL2 条件')
  await text.fill('households >> 400')
  await expect(panel(page).getByText('第 13 个字符处有误')).toBeVisible()
  await panel(page).getByRole('button', { name: '定位到此处' }).click()
  expect(await text.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe('>')
  await expect(panel(page).getByRole('button', { name: '下载' })).toBeDisabled()
  await text.fill('households > 400')
  const expected = await countItems(page, 'community', { filter: 'households > 400' })
  await expect.poll(() => matched(page)).toBe(expected)
})

test('an area that is drawn, or selected, bounds what is exported', async ({ page }) => {
  const place = await search(page, '街道')
  await open(page, `#map=13/${place.center[1]}/${place.center[0]}&at=${place.layer}/${place.id}`)
  await page.getByRole('button', { name: '导出此范围内的要素' }).click()
  await expect(panel(page).getByText('区域：')).toBeVisible()
  const feature = await (await page.request.get(`/api/collections/${place.layer}/items/${place.id}`)).json()
  const trial = (geometry: unknown, layer: string) =>
    page.request.post(`/api/collections/${layer}/export/trial`, { data: { area: geometry } })
  const within = ((await (await trial(feature.geometry, 'building')).json()) as { matched: number }).matched
  expect(within).toBeGreaterThan(0)
  expect(within).toBeLessThan(await countItems(page, 'building', {}))
  await expect.poll(() => matched(page)).toBe(within)
  await page.getByRole('region', { name: '导出数据' }).getByRole('button', { name: '绘制区域' }).click()
  for (const [x, y] of [[700, 200], [900, 200], [900, 400], [700, 400], [700, 200]]) {
    await page.mouse.click(x ?? 0, y ?? 0)
    await page.waitForTimeout(350)
  }
  await expect(panel(page).getByText('地图上蓝色虚线所围')).toBeVisible()
  await expect.poll(() => matched(page)).toBeLessThan(within)
})

test('a selected feature is exported alone, and what the table lists as a whole', async ({ page }) => {
  const place = await search(page, '花园')
  await open(page, `#map=15/${place.center[1]}/${place.center[0]}&at=${place.layer}/${place.id}`)
  await page.getByRole('button', { name: '导出此要素' }).click()
  await panel(page).getByLabel('格式').selectOption('geojson')
  await expect.poll(() => matched(page)).toBe(1)
  const path = await (await save(page)).path()
  const { features } = JSON.parse(await readFile(path, 'utf8')) as { features: { properties: { id: number } }[] }
  expect(features.map(({ properties }) => properties.id)).toEqual([place.id])

  await panel(page).getByRole('button', { name: '关闭' }).click()
  await page.keyboard.press('t')
  const table = page.getByRole('region', { name: '属性表' })
  await table.getByLabel('图层').selectOption('facility')
  await expect(table.getByText(/共 [\d,]+ 条/)).toBeVisible()
  await table.getByRole('button', { name: '导出' }).click()
  await expect(async () => {
    const said = await table.getByText(/共 [\d,]+ 条/).innerText()
    expect(await matched(page)).toBe(Number(/共 ([\d,]+) 条/.exec(said)?.[1]?.replaceAll(',', '')))
  }).toPass({ timeout: 10_000 })
  expect(await matched(page)).toBeGreaterThan(0)
})

test('what the format cannot hold is told value by value, with ways out', async ({ page }) => {
  const long = '楼'.repeat(100)
  const ring = [[104.9, 30.3], [104.901, 30.3], [104.901, 30.301], [104.9, 30.301], [104.9, 30.3]]
  const made = await page.request.post('/api/collections/community/items', {
    headers: { 'content-type': 'application/geo+json' },
    data: JSON.stringify({
      type: 'Feature',
      geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
      properties: { name: '𠮷祥里', remark: long },
    }),
  })
  expect(made.status()).toBe(201)
  const where = made.headers()['location'] ?? ''
  const id = Number(where.split('/').at(-1))
  try {
    await open(page, '#map=13/30.12/104.65')
    await page.getByRole('button', { name: '导出', exact: true }).click()
    await choose(page, '小区')
    await panel(page).getByRole('button', { name: '写成 CQL2' }).click()
    await panel(page).getByLabel('CQL2 条件').fill(`id = ${id}`)
    await panel(page).getByLabel('格式').selectOption('shp')
    const alert = panel(page).getByRole('alert')
    await expect(alert).toContainText('装不下 1 个值')
    await expect(alert).toContainText(`第 ${id} 号要素“备注” 文字超过 254 字节`)
    await alert.getByRole('button', { name: '改用 GBK' }).click()
    await expect(alert).toContainText('GBK 没有“𠮷”字')
    await expect(panel(page).getByRole('button', { name: '下载' })).toBeDisabled()
    await alert.getByRole('button', { name: '不导出“小区名称”' }).click()
    await expect.poll(() => matched(page)).toBe(1)
    const told = await ogrinfo(await save(page), 'zip')
    expect(told).toContain('Feature Count: 1')
    expect(told).not.toMatch(/^name:/m)

    await panel(page).getByLabel('格式').selectOption('dxf')
    await expect(panel(page).getByText('只有图形，没有属性')).toBeVisible()
    await panel(page).getByLabel('坐标系').selectOption('其他…')
    await panel(page).getByLabel('EPSG 代码').fill('2343')
    await panel(page).getByRole('button', { name: '采用' }).click()
    await expect(alert).toContainText('不能用这个坐标系导出')
  } finally {
    await page.request.delete(where)
  }
})

test('a download can be stopped', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65')
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/api/collections/*/export', async (route) => {
    await held
    await route.abort().catch(() => undefined)
  })
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await choose(page, '小区')
  await matched(page)
  await panel(page).getByRole('button', { name: '下载' }).click()
  await expect(panel(page).getByText('服务器正在生成“小区”…')).toBeVisible()
  await panel(page).getByRole('button', { name: '取消' }).click()
  await expect(panel(page).getByText(/将导出/)).toBeVisible()
  await expect(panel(page).getByRole('alert')).toHaveCount(0)
  release()
})

test('the public exports what the public sees', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65&viewer=public')
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await expect(panel(page).getByRole('checkbox', { name: /^现状管线 / })).toHaveCount(0)
  await choose(page, '小区')
  await matched(page)
  await panel(page).getByText(/^字段：/).click()
  await expect(panel(page).getByLabel('投资估算')).toHaveCount(0)
  const told = await ogrinfo(await save(page), 'gpkg')
  expect(told).toContain('households')
  expect(told).not.toContain('estimated_cost')
})

test('export goes by keyboard, and axe finds nothing', async ({ page }) => {
  await open(page, '#map=13/30.12/104.65')
  await page.keyboard.press('x')
  await expect(panel(page)).toBeVisible()
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('section')?.querySelector('h2')?.textContent)).toBe('导出数据')
  await panel(page).getByRole('button', { name: '添加条件' }).press('Enter')
  await panel(page).getByText(/^字段：/).press('Enter')
  expect(await complaints(page)).toEqual([])
  await panel(page).getByRole('button', { name: '写成 CQL2' }).press('Enter')
  await panel(page).getByLabel('CQL2 条件').fill('nonsense')
  await expect(panel(page).getByText('第 1 个字符处有误')).toBeVisible()
  expect(await complaints(page)).toEqual([])
})

test('export fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await open(page, await hashAt(page, 'community', 15))
  await page.getByRole('button', { name: '导出', exact: true }).click()
  await choose(page, '小区')
  await panel(page).getByRole('button', { name: '添加条件' }).click()
  await matched(page).catch(() => undefined)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
  await expect(panel(page).getByRole('button', { name: '下载' })).toBeInViewport()
  expect(await complaints(page)).toEqual([])
  await atRest(page)
})
