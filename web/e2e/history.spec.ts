import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { change, ME, read, remove, write, type Stored } from './editing'
import { atRest, open } from './page'

test.describe.configure({ timeout: 90_000 })

type Place = [number, number]
const at = (east: number, north: number): Place => [104.6497 + east * 1e-4, 30.1228 + north * 1e-4]
const box = (size: number) => ({
  type: 'Polygon',
  coordinates: [[at(-size, -size), at(size, -size), at(size, size), at(-size, size), at(-size, -size)]],
})

/** Opens the history with a feature selected. */
async function openHistory(page: Page, { id }: Stored) {
  await page.addInitScript((name) => localStorage.setItem('pianqu.edit.actor', name), ME)
  await open(page, `#map=17/30.1228/104.6497&at=community/${id}`)
  await page.keyboard.press('h')
  const panel = page.getByRole('region', { name: '修改记录' }).first()
  await expect(panel).toBeVisible()
  return panel
}

test('who changed what of a feature and when is told and drawn, and an earlier version is restored', async ({ page }) => {
  const first = await write(page.request, 'community', box(4), { name: '史家大院', households: 80 }, '王工')
  await change(page.request, 'community', first.id, { geometry: box(6) }, '陈工')
  await change(page.request, 'community', first.id, { properties: { households: 95 } }, '周工')

  const panel = await openHistory(page, first)
  const steps = panel.getByRole('region', { name: /史家大院/ }).getByRole('listitem').filter({ has: page.getByRole('strong') })
  await expect(panel.getByText('周工').first()).toBeVisible()
  await expect(steps.first()).toContainText('周工')
  await expect(steps.first()).toContainText('80')
  await expect(steps.first()).toContainText('95')
  await expect(steps.nth(1)).toContainText('陈工')
  await expect(steps.nth(2)).toContainText('王工')

  await steps.nth(1).getByRole('button', { name: '在地图上对比图形' }).click()
  await atRest(page)
  const roles = await page.evaluate(() =>
    (window.__pianqu?.map.queryRenderedFeatures() ?? []).flatMap(({ source, properties }) => (source === 'edit' ? [String(properties['role'])] : [])),
  )
  expect([...new Set(roles)].sort()).toEqual(['offered', 'theirs'])
  expect(await complaints(page), 'with a step compared').toEqual([])

  await steps.nth(1).getByRole('button', { name: '恢复到此修改之前' }).click()
  await steps.nth(1).getByRole('button', { name: '确定恢复为第 1 版' }).click()
  await expect(panel.getByText('已恢复到以前的版本')).toBeVisible()
  const back = await read(page.request, 'community', first.id)
  expect(back?.geometry).toEqual(first.geometry)
  expect(back?.properties).toEqual(first.properties)
  await expect(steps.first()).toContainText(ME)

  // Also what is gone has its history, and comes back under its number.
  await remove(page.request, 'community', first.id)
  await expect(steps.first()).toContainText('删除')
  await steps.first().getByRole('button', { name: '恢复此要素' }).click()
  await steps.first().getByRole('button', { name: /确定恢复/ }).click()
  await expect.poll(async () => (await read(page.request, 'community', first.id))?.properties['name']).toBe('史家大院')
  await remove(page.request, 'community', first.id)
})

test('an edit of somebody else is looked at and taken back; where something was changed since, it is told who did', async ({ page }) => {
  const community = await write(page.request, 'community', box(4), { name: '撤回大院', households: 80 }, '王工')
  await change(page.request, 'community', community.id, { properties: { households: 81 } }, '陈工')
  const panel = await openHistory(page, community)
  const recent = panel.getByRole('region', { name: '所有人最近的修改' })
  const [newest, older] = [recent.getByRole('listitem').nth(0), recent.locator('ol > li').nth(1)]
  await expect(newest).toContainText('陈工')
  await newest.getByRole('button', { name: '查看' }).click()
  await expect(newest).toContainText('户数')
  await expect(newest).toContainText('81')

  await older.getByRole('button', { name: '撤回' }).click()
  await older.getByRole('button', { name: '确定撤回（1 个要素）' }).click()
  await expect(panel.getByRole('alert')).toContainText('其后又有改动，无法撤销')
  await expect(panel.getByRole('alert')).toContainText(`小区 ${community.id} 其后已被陈工修改`)

  await newest.getByRole('button', { name: '撤回', exact: true }).click()
  await newest.getByRole('button', { name: '确定撤回（1 个要素）' }).click()
  await expect(panel.getByText('已撤回，涉及 1 个要素')).toBeVisible()
  expect((await read(page.request, 'community', community.id))?.properties['households']).toBe(80)
  await remove(page.request, 'community', community.id)
})

test('a layer goes back to a time after it was told what that changes', async ({ page }) => {
  const kept = await write(page.request, 'community', box(4), { name: '回到过去', households: 80 }, '王工')
  await page.waitForTimeout(1100)
  const then = new Date()
  await page.waitForTimeout(1100)
  await change(page.request, 'community', kept.id, { properties: { households: 5 } }, '陈工')
  const since = await write(page.request, 'community', box(2), { name: '后来才有' }, '陈工')

  const panel = await openHistory(page, kept)
  await panel.locator('summary', { hasText: '回到某一时刻' }).click()
  const local = new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
  await panel.getByLabel('时刻', { exact: true }).fill(local)
  await panel.getByLabel('图层', { exact: true }).selectOption({ label: '小区' })
  await panel.getByRole('button', { name: '看看会改变什么' }).click()
  await expect(panel.getByText('小区：找回 0 个，改回 1 个，移除 1 个')).toBeVisible()
  expect(await complaints(page), 'with what would change').toEqual([])
  expect((await read(page.request, 'community', kept.id))?.properties['households'], 'nothing yet').toBe(5)
  await panel.getByRole('button', { name: '恢复这 2 个要素' }).click()
  await expect(panel.getByText('已恢复 2 个要素')).toBeVisible()
  expect((await read(page.request, 'community', kept.id))?.properties['households']).toBe(80)
  expect(await read(page.request, 'community', since.id)).toBeUndefined()
  await remove(page.request, 'community', kept.id)
})

test('the public sees no history', async ({ page }) => {
  await open(page, '#viewer=public')
  await page.keyboard.press('h')
  await expect(page.getByRole('button', { name: '修改记录' })).toHaveCount(0)
  await expect(page.getByRole('region', { name: '修改记录' })).toHaveCount(0)
})
