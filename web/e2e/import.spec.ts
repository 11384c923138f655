import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { atRest, open, view } from './page'

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
