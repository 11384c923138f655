import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { change, named, openEdit, openFeature, read, remove, write } from './editing'
import { atRest, pixel } from './page'

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })

/** A finger that goes down at a place of the page, moves and goes up. */
async function swipe(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const touch = (type: string, points: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type: type as 'touchStart', touchPoints: points })
  await touch('touchStart', [from])
  for (const share of [0.25, 0.5, 0.75, 1]) {
    await touch('touchMove', [{ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }])
  }
  await touch('touchEnd', [])
}

test('a building is drawn by moving the map under the cross, and saved', async ({ page }) => {
  const panel = await openEdit(page, '#map=17.5/30.1228/104.6497&mode=edit')
  expect(await complaints(page), 'at the start').toEqual([])
  await panel.getByRole('button', { name: '楼栋' }).tap()
  const place = panel.getByRole('button', { name: '在十字处加点' })
  await place.tap()
  for (const [x, y] of [[130, 260], [200, 190], [270, 260]] as const) {
    await swipe(page, { x: 200, y: 260 }, { x, y })
    await atRest(page)
    await place.tap()
  }
  await expect(panel.getByText('已加 4 个点')).toBeVisible()
  expect(await complaints(page), 'while drawing').toEqual([])
  expect((await panel.boundingBox())?.y ?? 0, 'the map has most of the screen').toBeGreaterThan(400)
  await panel.getByRole('button', { name: '完成' }).tap()
  await panel.getByLabel('楼栋名称').fill('触屏楼')
  await panel.getByRole('button', { name: '保存', exact: true }).tap()
  await expect(panel.getByText('已保存：楼栋“触屏楼”')).toBeVisible()
  const [building] = await named(page.request, 'building', '触屏楼')
  expect((building?.geometry.coordinates as unknown[][][])[0]?.[0]).toHaveLength(5)
  await remove(page.request, 'building', building?.id ?? 0)
})

test('a gate is dragged by a finger; it lies above the panel', async ({ page }) => {
  const at: [number, number] = [104.6497, 30.1228]
  const gate = await write(page.request, 'gate', { type: 'Point', coordinates: at }, { name: '触屏门' })
  const panel = await openFeature(page, 'gate', gate.id)
  const from = await pixel(page, at)
  expect(from.y).toBeLessThan((await panel.boundingBox())?.y ?? 0)
  await swipe(page, from, { x: from.x + 60, y: from.y - 40 })
  await panel.getByRole('button', { name: '保存', exact: true }).tap()
  await expect(panel.getByText('已保存：出入口“触屏门”')).toBeVisible()
  const [lon = 0, lat = 0] = (await read(page.request, 'gate', gate.id))?.geometry.coordinates as number[]
  expect(lon).toBeGreaterThan(at[0])
  expect(lat).toBeGreaterThan(at[1])
  await remove(page.request, 'gate', gate.id)
})

test('a conflict is settled on a phone', async ({ page }) => {
  const gate = await write(page.request, 'gate', { type: 'Point', coordinates: [104.6497, 30.1228] }, { name: '手机门' })
  const panel = await openFeature(page, 'gate', gate.id)
  await panel.getByLabel('名称', { exact: true }).fill('我的手机门')
  await change(page.request, 'gate', gate.id, { properties: { name: '他的手机门' } }, '同事张三')
  await panel.getByRole('button', { name: '核对并合并' }).tap()
  await panel.getByLabel(/同事张三/).check()
  expect(await complaints(page), 'comparing').toEqual([])
  await panel.getByRole('button', { name: '按所选合并并保存' }).tap()
  await expect(panel.getByText('没有需要保存的修改')).toBeVisible()
  await expect(panel.getByLabel('名称', { exact: true })).toHaveValue('他的手机门')
  await remove(page.request, 'gate', gate.id)
})
