import { expect as told, test } from '@playwright/test'
import { complaints } from './axe'
import { drawArea, drawLine, EAST, openPrecincts, precinctsOf, schemeNamed, WEST } from './precincts'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 15_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

interface Phases {
  targets: {
    communities: number
    communities_target: number
    communities_short: number
    responsible_bodies: { figures: { communities: number } }[]
  }[]
}

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

  // A year for it, and the plan's targets beside what the scheme gives by responsible body, as the server tells.
  await panel.getByRole('button', { name: '填写信息' }).click()
  await panel.getByLabel('启动年份').fill('2020')
  await panel.getByLabel('试点片区，先行改造').check()
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存“东片区”')).toBeVisible()
  await panel.getByRole('button', { name: '资格与分期' }).click()
  const phases = (await (await page.request.get(`/api/schemes/${scheme_id}/phases`)).json()) as Phases
  for (const [n, name] of ['2020 年启动 117 个小区', '到 2022 年完成 364 个小区'].entries()) {
    const { responsible_bodies, communities, communities_target, communities_short } = phases.targets[n]!
    const cells = (row: string) => panel.getByRole('region', { name }).getByRole('row', { name: row }).getByRole('cell')
    expect(communities).toBeGreaterThan(0)
    await expect(cells('此方案合计').nth(1)).toHaveText(String(communities))
    await expect(cells('计划目标').nth(1)).toHaveText(String(communities_target))
    await expect(cells('还差').nth(1)).toHaveText(String(communities_short))
    expect(communities_short).toBe(communities_target - communities)
    expect(responsible_bodies.reduce((sum, { figures }) => sum + figures.communities, 0)).toBe(communities)
    // A head, the bodies, and three lines below them.
    await expect(panel.getByRole('region', { name }).getByRole('row')).toHaveCount(responsible_bodies.length + 4)
  }
  expect(await complaints(page), 'phases').toEqual([])
  await panel.getByRole('group', { name: '片区划分的内容' }).getByRole('button', { name: '片区' }).click()

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
  // All of the city is grouped, and then outlined.
  await expect(cards.nth(1)).toBeVisible({ timeout: 45_000 })
  expect(await complaints(page), 'proposals').toEqual([])
  await cards.nth(1).click()
  await expect(cards.nth(1)).toHaveAttribute('aria-pressed', 'true')
  await panel.getByText(/没有划入的小区/).click()
  await panel.getByLabel('新方案名称').fill('建议方案')
  const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/schemes'))
  await panel.getByRole('button', { name: '以建议 2 新建方案' }).click()
  const { groups } = (await asked).postDataJSON() as { groups: { community_ids: number[] }[] }
  await expect(panel.getByText('已新建“建议方案”')).toBeVisible({ timeout: 45_000 })
  const stored = await precinctsOf(page.request, (await schemeNamed(page.request, '建议方案')).scheme_id)
  const members = (ids: number[]) => [...ids].sort((a, b) => a - b).join()
  expect(stored.map(({ properties }) => members(properties.members.map((one) => one.community_id))).sort()).toEqual(groups.map((group) => members(group.community_ids)).sort())
})

test('an outline that crosses itself is refused with its place, stays in sight, and is drawn again', async ({ page }) => {
  const panel = await openPrecincts(page, '规划员甲')
  await panel.getByLabel('方案名称').fill('交叉方案')
  await panel.getByRole('button', { name: '新建', exact: true }).click()
  await panel.getByRole('button', { name: '绘制片区' }).click()
  await panel.getByLabel('名称', { exact: true }).fill('蝴蝶结')
  const [a, b, c, d] = WEST as [[number, number], [number, number], [number, number], [number, number]]
  await drawArea(page, [a, c, b, d])
  await expect(panel.getByRole('alert')).toContainText('自相交')
  const { scheme_id } = await schemeNamed(page.request, '交叉方案')
  expect(await precinctsOf(page.request, scheme_id)).toEqual([])
  await panel.getByRole('button', { name: '绘制片区' }).click()
  await drawArea(page, WEST)
  await expect(panel.getByRole('alert')).toHaveCount(0)
  await expect(panel.getByRole('table').locator('tbody tr')).toHaveCount(1)
})
