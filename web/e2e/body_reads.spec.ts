import { expect as told, test } from '@playwright/test'
import { complaints } from './axe'
import { add, logIn, PASSWORD } from './logging_in'
import { offered, type Plan } from './offered_plan'
import { open } from './page'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 20_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

test('a responsible body reads the plan of its area, its trenches, days and files, and is offered nothing to change', async ({ page }) => {
  test.setTimeout(150_000)
  const name = `辖区计划 ${Date.now()}`
  const plan = await offered(page, name)
  const account = `雁江专员 ${Date.now()}`
  add(account, '--role', 'body', '--body', 'yanjiang')
  const seen = async () => (await (await page.request.get(`/api/trench-plans/${plan.trench_plan_id}?viewer=body:yanjiang`)).json()) as Plan & { area: { works: number; trenches: number } }
  const own = await seen()
  expect(own.planned_trenches.length).toBeGreaterThan(0)
  // All works of the sample city lie in this area; to a body elsewhere the plan is not there.
  expect((await page.request.get(`/api/trench-plans/${plan.trench_plan_id}?viewer=body:gaoxin`)).status()).toBe(404)
  expect(await (await page.request.get('/api/trench-plans?viewer=body:gaoxin')).json()).toEqual([])

  await open(page, '#map=14/30.12/104.648&layers=street')
  await logIn(page, account, PASSWORD)
  await page.locator('#open-trenches').click()
  const panel = page.getByRole('region', { name: '共沟协调' })
  await expect(panel.getByTestId('trench-figures')).toBeVisible({ timeout: 60_000 })
  const parts = panel.getByRole('group', { name: '内容' })
  await parts.getByRole('button', { name: '协商' }).click()
  await expect(panel.getByRole('button', { name: '保存当前计划' }), 'it keeps no plan').toHaveCount(0)
  await panel.getByRole('button', { name }).click()
  await expect(panel.getByTestId('plan-area')).toContainText(`工程 ${own.area.works} 项，共沟 ${own.area.trenches} 条`)
  for (const act of ['重新排定', '办结', '删除']) await expect(panel.getByRole('button', { name: act })).toHaveCount(0)
  await expect(panel.getByText(`找到 ${own.planned_trenches.length} 项，共 ${own.planned_trenches.length} 项`)).toBeVisible()
  const first = own.planned_trenches[0]!
  await panel.getByRole('listitem').filter({ hasText: first.code }).first().getByRole('button').click()
  const card = page.getByRole('region').filter({ hasText: `共沟 ${first.code}` }).last()
  await expect(card.locator('svg').first(), 'the cross-section').toBeVisible()
  for (const act of ['提交答复', '撤回此共沟…']) await expect(card.getByRole('button', { name: act })).toHaveCount(0)
  await expect(card.getByLabel('牵头单位')).toHaveCount(0)
  await expect(card.getByText('牵头单位')).toBeVisible()
  expect(await complaints(page), 'a trench of its area').toEqual([])

  const download = page.waitForEvent('download')
  await panel.getByRole('link', { name: 'XLSX' }).click()
  expect((await download).suggestedFilename()).toMatch(/xlsx$/)

  // Days in its own streets.
  await parts.getByRole('button', { name: '日历' }).click()
  await expect(panel.getByTestId('calendar-totals')).toBeVisible()
  await page.locator('#log-out').click()
  await expect(page.locator('#log-in')).toBeVisible()
})
