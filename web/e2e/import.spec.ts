import { readFile } from 'node:fs/promises'
import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { squares } from './files'
import { atRest, open, pixel, view } from './page'

interface Place {
  name: string
  kind: string
  lon: number
  lat: number
}

/** Names that no other run has used, so that every row is new. */
function places(count: number): Place[] {
  const run = Date.now().toString(36)
  return Array.from({ length: count }, (_, n) => ({
    name: `试验站${run}-${n}`,
    kind: '公共厕所',
    lon: 104.64 + (n % 20) * 0.0004,
    lat: 30.11 + Math.floor(n / 20) * 0.0004,
  }))
}

/** A table with headings that no field goes by but the coordinates. */
function csv(rows: Place[], headings = '甲,乙,经度,纬度'): Buffer {
  return Buffer.from([headings, ...rows.map((row) => `${row.name},${row.kind},${row.lon},${row.lat}`)].join('\n'))
}

const panel = (page: Page) => page.getByRole('region', { name: '导入文件' })

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByRole('button', { name: '导入', exact: true }).click()
  await panel(page).locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
}

/** How many of the file's features are drawn before they are the city's. */
async function previewed(page: Page): Promise<number> {
  return page.evaluate(() => {
    const drawn = window.__pianqu?.map.queryRenderedFeatures() ?? []
    return new Set(drawn.filter(({ source }) => source === 'preview').map(({ geometry }) => JSON.stringify(geometry))).size
  })
}

/** A register of communities as it comes from an office: texts in GBK, metres of a zone, and nothing that says so. */
function register(): Buffer {
  const columns = ['小区名称', '住户', '建成年代', '备注']
  const rows = ['和平', '建设', '松涛', ''].map((road, n) => ({
    values: [road && `${road}路试验小区`, String(80 + n), n === 1 ? '一九九八' : '1998', '雨污分流'],
    at: [466300 + 160 * n, 3333500] as [number, number],
  }))
  return squares('台账', columns, rows, 110)
}

async function countFacilities(page: Page): Promise<number> {
  const answer = await page.request.get('/api/collections/facility/items', { params: { limit: 1 } })
  return ((await answer.json()) as { numberMatched: number }).numberMatched
}

test('a table goes from the file by preview, mapping and trial into the city, and out again', async ({ page }) => {
  const rows = places(3)
  await open(page, '#map=12/30.3/104.9')
  const before = await countFacilities(page)
  const there = await view(page)
  await choose(page, '站点.csv', csv(rows))
  await panel(page).getByLabel('导入到').selectOption('facility')
  await expect(panel(page).getByRole('alert')).toContainText('文件没有说明坐标系')
  await panel(page).getByLabel('坐标系').selectOption('crs EPSG:4490')
  await expect(panel(page).getByText('共 3 个')).toBeVisible()
  await expect(panel(page).getByRole('row', { name: /甲/ })).toContainText(rows[0]?.name ?? '')
  await expect.poll(async () => (await view(page)).lng).not.toBe(there.lng)
  await panel(page).getByRole('button', { name: '下一步：对应字段' }).click()

  // One field by its list, one by dragging.
  await expect(panel(page).getByText('还没有对应的必填字段')).toBeVisible()
  await panel(page).getByLabel('名称').first().selectOption('甲')
  await panel(page).getByRole('list', { name: '文件的字段' }).getByText('乙').dragTo(panel(page).locator('[data-field=facility_kind]'))
  await expect(panel(page).locator('[data-field=facility_kind] select')).toHaveValue('乙')
  await panel(page).getByRole('button', { name: '下一步：试导入' }).click()

  await expect(panel(page).getByText('试导入完成，尚未写入')).toBeVisible()
  expect(await countFacilities(page), 'a trial writes nothing').toBe(before)
  await panel(page).getByRole('button', { name: '导入 3 个要素' }).click()
  await expect(panel(page).getByText('导入完成')).toBeVisible()
  await expect.poll(() => countFacilities(page)).toBe(before + 3)

  await panel(page).getByRole('button', { name: '撤销本次导入' }).click()
  await expect(panel(page).getByText('已撤销：删除 3 个')).toBeVisible()
  await expect.poll(() => countFacilities(page)).toBe(before)
  await atRest(page)
  expect(await complaints(page)).toEqual([])
})

test('a shapefile that says nothing of itself is read, its mapping kept, its problems told', async ({ page }) => {
  await open(page, '#map=12/30.3/104.9')
  await choose(page, '小区台账.zip', register())
  await expect(panel(page).getByLabel('导入到')).toHaveValue('community')
  await expect(panel(page).getByRole('row', { name: /小区名称/ })).toContainText('和平路试验小区')
  await expect(panel(page).getByRole('alert')).toContainText('文件没有说明坐标系')
  expect(await complaints(page), 'preview with a question').toEqual([])
  await panel(page).getByRole('button', { name: 'EPSG:4544' }).click()
  await expect(panel(page).getByText('共 3 个')).toBeVisible()
  await expect(panel(page).getByText('前 4 行中有 1 行不能导入')).toBeVisible()
  await atRest(page)
  await expect.poll(() => previewed(page)).toBe(3)
  await panel(page).getByLabel('文字编码').selectOption('UTF-8')
  await expect(panel(page).getByRole('alert')).toContainText('文字编码与文件内容不符')
  await expect.poll(() => previewed(page), 'what cannot be read is not drawn').toBe(0)
  await panel(page).getByLabel('文字编码').selectOption('GBK')
  await expect(panel(page).getByText('共 3 个')).toBeVisible()
  // Another system moves what is seen.
  const there = await view(page)
  await panel(page).getByLabel('坐标系').selectOption('other')
  await panel(page).getByLabel('EPSG 代码').fill('4545')
  await panel(page).getByLabel('EPSG 代码').press('Enter')
  await expect.poll(async () => (await view(page)).lng - there.lng).toBeGreaterThan(1)
  await panel(page).getByLabel('坐标系').selectOption('crs EPSG:4544')
  await expect.poll(async () => Math.abs((await view(page)).lng - there.lng)).toBeLessThan(0.01)

  await panel(page).getByRole('button', { name: '下一步：对应字段' }).click()
  await expect(panel(page).getByLabel(/^小区名称/)).toHaveValue('小区名称')
  await panel(page).getByLabel('户数', { exact: true }).selectOption('住户')
  const name = `住建局台账 ${Date.now()}`
  await panel(page).getByLabel('保存对应关系').fill(name)
  await panel(page).getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel(page).getByText(`已保存为“${name}”`)).toBeVisible()
  expect(await complaints(page), 'fields').toEqual([])

  await panel(page).getByRole('button', { name: '下一步：试导入' }).click()
  await expect(panel(page).getByText('试导入完成，尚未写入')).toBeVisible()
  await expect(panel(page).getByRole('row', { name: /^4 未导入/ })).toContainText('小区名称：必填字段为空')
  await expect(panel(page).getByRole('row', { name: /^2 已修正/ })).toContainText('一九九八')
  expect(await complaints(page), 'trial').toEqual([])
  const coming = page.waitForEvent('download')
  await panel(page).getByRole('button', { name: '下载问题清单' }).click()
  const download = await coming
  const text = await readFile(await download.path(), 'utf8')
  expect(text.split('\r\n')).toContainEqual(expect.stringMatching(/^4,.*,未导入,小区名称,,必填字段为空,/))

  // The next file of this kind finds the mapping again.
  await panel(page).getByRole('button', { name: '2 预览' }).click()
  await panel(page).getByRole('button', { name: '换个文件' }).click()
  await panel(page).locator('input[type=file]').setInputFiles({ name: '小区台账.zip', mimeType: 'application/zip', buffer: register() })
  await panel(page).getByRole('button', { name: 'EPSG:4544' }).click()
  await panel(page).getByRole('button', { name: '下一步：对应字段' }).click()
  await expect(panel(page).getByLabel('户数', { exact: true })).toHaveValue('')
  await panel(page).getByLabel('用过的对应关系').selectOption(name)
  await expect(panel(page).getByLabel('户数', { exact: true })).toHaveValue('住户')
  await panel(page).getByRole('button', { name: '关闭' }).click()
  await expect.poll(() => previewed(page), 'what is not imported is not left on the map').toBe(0)
})

test('a file that is dropped anywhere opens the panel, and one that is none of ours is refused in words', async ({ page }) => {
  await open(page)
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['PK, but no'], '会议纪要.docx'))
    return transfer
  })
  await page.dispatchEvent('.maplibregl-canvas', 'dragenter', { dataTransfer: dropped })
  await expect(page.getByText('松开鼠标，导入此文件')).toBeVisible()
  await page.dispatchEvent('.maplibregl-canvas', 'drop', { dataTransfer: dropped })
  await expect(page.getByText('松开鼠标，导入此文件')).toBeHidden()
  const said = panel(page).getByRole('alert')
  await expect(said).toContainText('文件无法读取，请检查格式')
  await expect(said, 'and in the words of the server').toContainText('会议纪要.docx')
  await expect(panel(page).getByRole('button', { name: '选择文件' })).toBeVisible()
  expect(await complaints(page)).toEqual([])
})

test('an upload and a job are cancelled, and nothing is kept', async ({ page }) => {
  test.setTimeout(60_000)
  await open(page)
  const before = await countFacilities(page)
  const many = csv(places(150_000), '名称,设施类别,经度,纬度')
  const network = await page.context().newCDPSession(page)
  const slowly = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 500_000 }
  await network.send('Network.emulateNetworkConditions', slowly)
  await choose(page, '设施.csv', many)
  const progress = panel(page).getByRole('progressbar')
  await expect.poll(async () => Number(await progress.getAttribute('value'))).toBeGreaterThan(5)
  await panel(page).getByRole('button', { name: '取消' }).click()
  await expect(panel(page).getByRole('group', { name: '文件', exact: true }), 'the place in the page is kept').toBeFocused()
  await network.send('Network.emulateNetworkConditions', { ...slowly, uploadThroughput: -1 })

  await panel(page).locator('input[type=file]').setInputFiles({ name: '设施.csv', mimeType: 'text/csv', buffer: many })
  await panel(page).getByLabel('坐标系').selectOption('crs EPSG:4490')
  await expect(panel(page).getByText('文件的前 500 个要素')).toBeVisible()
  await panel(page).getByRole('button', { name: '下一步：对应字段' }).click()
  await panel(page).getByRole('button', { name: '下一步：试导入' }).click()
  await expect(panel(page).getByText('正在试导入')).toBeVisible()
  await panel(page).getByRole('button', { name: '取消' }).click()
  await expect(panel(page).getByText('已取消，没有写入任何数据')).toBeVisible()
  expect(await countFacilities(page)).toBe(before)
})

test('all of it is done by keyboard', async ({ page }) => {
  const reach = async (name: string | RegExp) => {
    const button = page.getByRole('button', { name })
    await expect(button).toBeEnabled()
    for (let presses = 0; presses < 60; presses += 1) {
      if (await button.evaluate((element) => element === document.activeElement)) return page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
    }
    throw new Error(`${name} is not reached`)
  }
  await open(page)
  const features = places(2).map(({ name, kind, lon, lat }) => ({
    type: 'Feature',
    properties: { 名称: name, 设施类别: kind },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  }))
  await page.keyboard.press('i')
  const choosing = page.waitForEvent('filechooser')
  await reach('选择文件')
  const buffer = Buffer.from(JSON.stringify({ type: 'FeatureCollection', features }))
  await (await choosing).setFiles({ name: '设施.geojson', mimeType: 'application/geo+json', buffer })
  await expect(panel(page).getByText('共 2 个')).toBeVisible()
  await reach('下一步：对应字段')
  await reach('下一步：试导入')
  await reach('导入 2 个要素')
  await expect(panel(page).getByText('导入完成')).toBeVisible()
  await reach('撤销本次导入')
  await expect(panel(page).getByText('已撤销：删除 2 个')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(panel(page)).toBeHidden()
})

test('the public has no import', async ({ page }) => {
  await open(page, '#viewer=public')
  await page.keyboard.press('i')
  await expect(page.getByRole('button', { name: '公众视角' })).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('button', { name: '导入', exact: true })).toHaveCount(0)
  await expect(panel(page)).toHaveCount(0)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('the panel leaves room for the map, on which the file lies in sight', async ({ page }) => {
    await open(page, '#map=12/30.3/104.9')
    await choose(page, '小区台账.zip', register())
    await panel(page).getByRole('button', { name: 'EPSG:4544' }).tap()
    await expect(panel(page).getByText('共 3 个')).toBeVisible()
    await atRest(page)
    const top = (await panel(page).boundingBox())?.y ?? 0
    expect(top).toBeGreaterThan(280)
    await expect.poll(() => previewed(page)).toBe(3)
    const at = await pixel(page, [104.652, 30.121])
    expect(at.y).toBeLessThan(top)
    await panel(page).getByRole('button', { name: '下一步：对应字段' }).tap()
    await expect(panel(page).getByLabel(/^小区名称/)).toBeVisible()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await complaints(page)).toEqual([])
  })
})
