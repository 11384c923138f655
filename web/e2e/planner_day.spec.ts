import { expect as told, test } from '@playwright/test'
import { complaints } from './axe'
import { drawArea, drawLine, EAST, openPrecincts, precinctsOf, schemeNamed, WEST } from './precincts'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 15_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

test('a planner draws, splits, merges, goes back, moves a community, compares and adopts', async ({ page }) => {
  const panel = await openPrecincts(page, '规划员甲')
  await expect(panel.getByText('还没有划分方案')).toBeVisible()
  await panel.getByLabel('方案名称').fill('一日方案')
  await panel.getByRole('button', { name: '新建', exact: true }).click()
  await expect(panel.getByText('已新建“一日方案”')).toBeVisible()

  // Two precincts; the second is drawn over the first, and leaves it its ground.
  const rows = panel.getByRole('table').locator('tbody tr')
  await panel.getByRole('button', { name: '绘制片区' }).click()
  await panel.getByLabel('名称', { exact: true }).fill('西片区')
  await drawArea(page, WEST)
  await expect(panel.getByText('已绘制“西片区”')).toBeVisible()
  await panel.getByRole('button', { name: '绘制片区' }).click()
  await panel.getByLabel('名称', { exact: true }).fill('东片区')
  await drawArea(page, EAST)
  await expect(panel.getByText(/与“西片区”重叠/)).toBeVisible()
  await panel.getByRole('button', { name: '仍归原片区' }).click()
  await expect(rows).toHaveCount(2)

  const { scheme_id } = await schemeNamed(page.request, '一日方案')
  const stored = async () => precinctsOf(page.request, scheme_id)
  const [west, east] = await stored()
  expect(west?.properties.members.length).toBeGreaterThan(5)
  expect(east?.properties.members.length).toBeGreaterThan(5)
  const shared = (west?.geometry.coordinates.flat(2) ?? []).filter(([x, y]) => east?.geometry.coordinates.flat(2).some((at) => at[0] === x && at[1] === y))
  expect(shared.length, 'they share their border').toBeGreaterThanOrEqual(2)

  // Split, undo, redo, and merge again.
  await panel.getByRole('button', { name: '划线分割' }).click()
  await drawLine(page, [[104.6436, 30.1205], [104.6485, 30.1206]])
  await expect(panel.getByText('已分割“西片区”')).toBeVisible()
  await expect(rows).toHaveCount(3)
  await page.keyboard.press('Control+z')
  await expect(rows).toHaveCount(2)
  await panel.getByRole('button', { name: '重做' }).click()
  await expect(rows).toHaveCount(3)
  expect(await complaints(page), 'a drawn scheme').toEqual([])
  await rows.getByRole('button', { name: '西片区', exact: true }).click()
  await panel.getByLabel('合并相邻片区…').selectOption({ label: '西片区（2）' })
  await panel.getByRole('button', { name: '合并', exact: true }).click()
  await expect(panel.getByText('已将“西片区（2）”并入“西片区”')).toBeVisible()
  await expect(rows).toHaveCount(2)

  // A community goes over to the other precinct without a mouse.
  const before = await stored()
  const moved = before[0]?.properties.members[0]?.community_id ?? 0
  await panel.getByText(/所含小区/).click()
  await panel.locator('details li button').first().click()
  await panel.getByLabel('划入片区…').selectOption({ label: '东片区' })
  await panel.getByRole('button', { name: '划入', exact: true }).click()
  await expect(panel.getByText(/已划入“东片区”/)).toBeVisible()
  expect((await stored())[1]?.properties.members).toContainEqual({ community_id: moved, how: 'by_hand' })

  // A sheet of a precinct, as a page and as a workbook.
  await rows.getByRole('button', { name: '东片区', exact: true }).click()
  await panel.getByRole('button', { name: '一片一案' }).click()
  const sheet = page.getByRole('dialog', { name: '东片区' })
  await expect(sheet.getByRole('img')).toHaveAttribute('src', /^data:image\/jpeg/)
  expect(await complaints(page), 'a sheet').toEqual([])
  const waiting = page.waitForEvent('download')
  await sheet.getByRole('link', { name: '下载 XLSX' }).click()
  expect((await waiting).suggestedFilename()).toMatch(/\.xlsx$/)
  await page.emulateMedia({ media: 'print' })
  await expect(panel, 'on paper there is the sheet alone').toBeHidden()
  await expect(sheet.getByRole('heading', { name: '东片区' })).toBeVisible()
  await page.emulateMedia({ media: 'screen' })
  await page.keyboard.press('Escape')

  // A copy is compared with it: one community is elsewhere once it goes back there.
  await panel.getByRole('button', { name: '← 全部方案' }).click()
  await panel.getByRole('button', { name: '复制“一日方案”' }).click()
  await expect(panel.getByText('已复制“一日方案”')).toBeVisible()
  await rows.getByRole('button', { name: '西片区', exact: true }).click()
  await panel.getByText(/所含小区/).click()
  await panel.locator('details li button').first().click()
  await panel.getByRole('button', { name: '不划入任何片区' }).click()
  await expect(panel.getByText(/不划入任何片区$/)).toBeVisible()
  await panel.getByRole('button', { name: '对比', exact: true }).click()
  await panel.getByRole('combobox', { name: '对比' }).selectOption({ label: '一日方案 · 草案' })
  await expect(panel.getByText('1 个小区归属不同')).toBeVisible()
  expect(await complaints(page), 'comparing').toEqual([])

  // Shown to the public, then adopted; the next one says whom it supersedes.
  await panel.getByRole('button', { name: '公布' }).click()
  await expect(panel.getByText('公众将看到此方案')).toBeVisible()
  await panel.getByRole('button', { name: '确认公布' }).click()
  await expect(panel.getByText('已公布', { exact: true }).first()).toBeVisible()
  await panel.getByRole('button', { name: '采用' }).click()
  await expect(panel.getByText('目前没有已采用的方案')).toBeVisible()
  await panel.getByRole('button', { name: '确认采用' }).click()
  await expect(panel.getByText('已采用，此方案现在生效')).toBeVisible()
  await expect(panel.getByRole('button', { name: '绘制片区' })).toHaveCount(0)
  expect((await schemeNamed(page.request, '一日方案 副本 2')).state).toBe('adopted')
})

test('precincts are proposed under limits; what blocks is named; one becomes a scheme whose members are the groups', async ({ page }) => {
  const panel = await openPrecincts(page, '规划员甲', '#map=13/30.118/104.640&layers=community')
  await panel.getByRole('button', { name: '生成划分建议' }).first().click()
  await panel.getByLabel('每片区至少户数').fill('900000')
  await panel.getByRole('button', { name: '生成', exact: true }).click()
  await expect(panel.getByRole('alert')).toContainText('每片区至少户数')
  await panel.getByLabel('每片区至少户数').fill('1500')
  await panel.getByRole('button', { name: '生成', exact: true }).click()
  const cards = panel.getByRole('group', { name: '划分建议' }).getByRole('button')
  await expect(cards.nth(1)).toBeVisible()
  expect(await complaints(page), 'proposals').toEqual([])
  await cards.nth(1).click()
  await expect(cards.nth(1)).toHaveAttribute('aria-pressed', 'true')
  await panel.getByText(/没有划入的小区/).click()
  await panel.getByLabel('新方案名称').fill('建议方案')
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/schemes'))
  await panel.getByRole('button', { name: '以建议 2 新建方案' }).click()
  const { groups } = (await asked).postDataJSON() as { groups: { community_ids: number[] }[] }
  await expect(panel.getByText('已新建“建议方案”')).toBeVisible()
  const stored = await precinctsOf(page.request, (await schemeNamed(page.request, '建议方案')).scheme_id)
  const members = (ids: number[]) => [...ids].sort((a, b) => a - b).join()
  expect(stored.map(({ properties }) => members(properties.members.map((one) => one.community_id))).sort()).toEqual(groups.map((group) => members(group.community_ids)).sort())
})
