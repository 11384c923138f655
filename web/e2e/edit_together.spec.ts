import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { change, drag, openFeature, read, remove, write, type Stored } from './editing'

const at = (x: number, y: number): [number, number] => [104.6497 + x / 1e4, 30.1228 + y / 1e4]
const square = { type: 'Polygon', coordinates: [[at(0, 0), at(10, 0), at(10, 8), at(0, 8), at(0, 0)]] }
const wider = { type: 'Polygon', coordinates: [[at(0, 0), at(14, 0), at(14, 8), at(0, 8), at(0, 0)]] }
const ring = (stored: Stored | undefined) => (stored?.geometry.coordinates as number[][][][])[0]?.[0] ?? []

test('a colleague’s change is told before saving, compared field by field, and merged as chosen', async ({ page }) => {
  const stored = await write(page.request, 'community', square, { name: '共改小区', households: 100, address: '老地址' })
  const panel = await openFeature(page, 'community', stored.id)
  await panel.getByLabel('户数').fill('120')
  await panel.getByLabel('坐落地址').fill('我的地址')
  await drag(page, at(0, 8), at(-2, 9))
  await change(page.request, 'community', stored.id, { geometry: wider, properties: { households: 150, built_year: 1998 } }, '同事张三')
  await expect(panel.getByText(/同事张三（.*）修改了此要素/)).toBeVisible()
  await expect(panel.getByRole('button', { name: '保存', exact: true })).toBeDisabled()
  await panel.getByRole('button', { name: '核对并合并' }).click()
  expect(await complaints(page), 'comparing').toEqual([])

  const households = panel.getByRole('group', { name: '户数' })
  await expect(households.getByText('100')).toBeVisible()
  await expect(households.getByLabel(/同事张三/)).not.toBeChecked()
  const shape = panel.getByRole('group', { name: '图形' })
  const built = panel.getByRole('group', { name: '建成年份' })
  await expect(built.getByLabel(/同事张三/), 'I had left it alone').toBeChecked()
  await expect(panel.getByText('只有您修改的，予以保留：坐落地址')).toBeVisible()
  const merge = panel.getByRole('button', { name: '合并并保存', exact: false })
  await expect(merge).toBeDisabled()
  await households.getByLabel(/我的修改/).check()
  await shape.getByLabel(/我的修改/).check()
  await merge.click()
  await expect(panel.getByText('已保存：小区“共改小区”')).toBeVisible()

  const after = await read(page.request, 'community', stored.id)
  expect(after?.properties).toMatchObject({ households: 120, built_year: 1998, address: '我的地址' })
  expect(ring(after)[1], 'my shape').toEqual(at(10, 0))
  expect(ring(after)[3]?.[0]).toBeCloseTo(at(-2, 9)[0], 4)
  expect(after?.version).toBe(3)
  await remove(page.request, 'community', stored.id)
})

test('a change that comes while the stream is cut is found when saving', async ({ page }) => {
  const stored = await write(page.request, 'gate', { type: 'Point', coordinates: at(3, 3) }, { name: '断线门', is_open: true })
  await page.route('**/api/events*', (route) => route.abort())
  const panel = await openFeature(page, 'gate', stored.id)
  // What is asked every few seconds must not tell it either.
  await page.route('**/readyz', (route) => route.fulfill({ json: { status: 'ready', revision: 1, age_s: 0, database: 'here' } }))
  await panel.getByLabel('名称').fill('断线东门')
  await change(page.request, 'gate', stored.id, { properties: { name: '断线西门', is_open: false } }, '同事张三')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  const name = panel.getByRole('group', { name: '名称' })
  await name.getByLabel(/同事张三/).check()
  await panel.getByRole('button', { name: '合并后继续编辑' }).click()
  await expect(panel.getByLabel('名称')).toHaveValue('断线西门')
  await panel.getByLabel('名称').fill('断线南门')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：出入口“断线南门”')).toBeVisible()
  expect((await read(page.request, 'gate', stored.id))?.properties).toMatchObject({ name: '断线南门', is_open: false })
  await remove(page.request, 'gate', stored.id)
})

test('what was deleted meanwhile is made anew; who only looks sees the new state', async ({ page }) => {
  const stored = await write(page.request, 'gate', { type: 'Point', coordinates: at(4, 4) }, { name: '将删门' })
  const panel = await openFeature(page, 'gate', stored.id)
  await change(page.request, 'gate', stored.id, { properties: { name: '改名门' } }, '同事张三')
  await expect(panel.getByText('同事张三刚刚修改了此要素')).toBeVisible()
  await expect(panel.getByLabel('名称')).toHaveValue('改名门')
  await panel.getByLabel('名称').fill('我的门')
  await remove(page.request, 'gate', stored.id)
  await expect(panel.getByText(/删除了此要素/)).toBeVisible()
  await panel.getByRole('button', { name: '作为新要素' }).click()
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：出入口“我的门”')).toBeVisible()
  expect(await read(page.request, 'gate', stored.id), 'the old one stays deleted').toBeUndefined()
  await page.keyboard.press('Control+z')
  await expect(panel.getByText('已撤销：新增出入口“我的门”')).toBeVisible()
})

test('an undo that a colleague stands in the way of says so', async ({ page }) => {
  const stored = await write(page.request, 'gate', { type: 'Point', coordinates: at(5, 5) }, { name: '撤销门' })
  const panel = await openFeature(page, 'gate', stored.id)
  await panel.getByLabel('名称').fill('撤销东门')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：出入口“撤销东门”')).toBeVisible()
  await change(page.request, 'gate', stored.id, { properties: { name: '同事的门' } }, '同事张三')
  await panel.getByRole('button', { name: '撤销已保存的修改' }).click()
  await expect(panel.getByText(`出入口 ${stored.id} 其后已被同事张三修改`)).toBeVisible()
  expect((await read(page.request, 'gate', stored.id))?.properties['name']).toBe('同事的门')
  await remove(page.request, 'gate', stored.id)
})
