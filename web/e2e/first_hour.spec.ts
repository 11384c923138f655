import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { change, clickAt, drag, named, read, remove } from './editing'
import { atRest, open } from './page'
import { pdfInfo } from './pages'

/** Two communities as a newcomer brings them: on the open ground by the river of the sample city. */
const at = (x: number, y: number): [number, number] => [104.6503 + x / 1e4, 30.1215 + y / 1e4]
const area = (x: number) => ({ type: 'Polygon', coordinates: [[at(x, 0), at(x + 10, 0), at(x + 10, 8), at(x, 8), at(x, 0)]] })
const names = ['首日一村', '首日二村'] as const
const file = {
  type: 'FeatureCollection',
  features: names.map((name, n) => ({ type: 'Feature', properties: { 小区名称: name, 户数: 100 + n }, geometry: area(14 * n) })),
}

test('a newcomer’s first hour: import her own file, fix a boundary, see a colleague’s edit, export, print', async ({ page }) => {
  test.setTimeout(100_000)
  await open(page, '#map=16/30.1215/104.6503')

  // Her own file.
  await page.getByRole('button', { name: '导入', exact: true }).click()
  const importing = page.getByRole('region', { name: '导入文件' })
  const buffer = Buffer.from(JSON.stringify(file))
  await importing.locator('input[type=file]').setInputFiles({ name: '我的小区.geojson', mimeType: 'application/geo+json', buffer })
  await importing.getByLabel('导入到').selectOption('community')
  await expect(importing.getByText('共 2 个')).toBeVisible()
  await importing.getByRole('button', { name: '下一步：对应字段' }).click()
  await importing.getByRole('button', { name: '下一步：试导入' }).click()
  await importing.getByRole('button', { name: '导入 2 个要素' }).click()
  await expect(importing.getByText('导入完成')).toBeVisible()
  const [village] = await named(page.request, 'community', names[0])
  expect(village?.properties['households']).toBe(100)
  const id = village?.id ?? 0
  await importing.getByRole('button', { name: '关闭' }).click()

  // A boundary that is wrong: its north-east corner lies further out.
  await page.evaluate(([lon = 0, lat = 0]) => window.__pianqu?.map.jumpTo({ center: [lon, lat], zoom: 17 }), at(5, 4))
  await atRest(page)
  await clickAt(page, at(5, 4))
  const details = page.getByRole('region', { name: names[0] })
  await details.getByRole('button', { name: '编辑' }).click()
  const editing = page.getByRole('region', { name: '编辑', exact: true })
  await expect(editing.getByLabel('小区名称')).toHaveValue(names[0])
  await atRest(page)
  await drag(page, at(10, 8), at(11.5, 9))
  await editing.getByRole('button', { name: '保存', exact: true }).click()
  const asked = page.getByRole('dialog', { name: '您的姓名' })
  await asked.getByLabel('姓名').fill('新来的小陈')
  await asked.getByRole('button', { name: '确定' }).click()
  await expect(editing.getByText(`已保存：小区“${names[0]}”`)).toBeVisible()
  expect(await complaints(page), 'after the first edit').toEqual([])

  // A colleague adds what she did not know; she sees it without asking.
  await editing.getByRole('button', { name: '关闭' }).click()
  await clickAt(page, at(5, 4))
  await expect(details.getByText('100', { exact: true })).toBeVisible()
  await change(page.request, 'community', id, { properties: { households: 118, built_year: 1994 } }, '同事张三')
  await expect(details.getByText('118', { exact: true })).toBeVisible()
  await expect(details.getByText('1994')).toBeVisible()

  // The file that she hands on holds her boundary and his figures.
  await details.getByRole('button', { name: '导出此要素' }).click()
  const exporting = page.getByRole('region', { name: '导出数据' })
  await exporting.getByLabel('格式').selectOption('geojson')
  await expect(exporting.getByText('将导出 1 个要素')).toBeVisible()
  const coming = page.waitForEvent('download')
  await exporting.getByRole('button', { name: '下载' }).click()
  const written = JSON.parse(await readFile(await (await coming).path(), 'utf8')) as {
    features: { properties: Record<string, unknown>; geometry: { coordinates: number[][][][] } }[]
  }
  expect(written.features).toHaveLength(1)
  expect(written.features[0]?.properties).toMatchObject({ name: names[0], households: 118, built_year: 1994 })
  const stored = (await read(page.request, 'community', id))?.geometry.coordinates as number[][][][]
  const corner = written.features[0]?.geometry.coordinates[0]?.[0]?.find(([lon = 0]) => lon > at(10.5, 0)[0])
  expect(corner, 'the corner that she moved').toBeDefined()
  expect(stored[0]?.[0]).toContainEqual(corner)

  // And a map on paper.
  await page.getByRole('button', { name: '打印', exact: true }).click()
  const printing = page.getByRole('region', { name: '打印地图' })
  await printing.getByLabel('图名').fill('首日图')
  await printing.getByLabel('分辨率').selectOption('150')
  const sheet = page.waitForEvent('download', { timeout: 60_000 })
  await printing.getByRole('button', { name: '保存 PDF' }).click()
  const paper = await sheet
  expect(paper.suggestedFilename()).toBe('首日图.pdf')
  expect(pdfInfo(await paper.path())).toMatchObject({ pages: 1, title: '首日图' })
  for (const name of names) for (const one of await named(page.request, 'community', name)) await remove(page.request, 'community', one.id)
})
