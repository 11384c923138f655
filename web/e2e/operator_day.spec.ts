import { expect as told, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { open } from './page'
import { ask } from './analysis'
import { add, logIn, PASSWORD } from './logging_in'
import { agreedWorks, offered, type Plan, type Planned } from './offered_plan'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 20_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

const OPERATOR = '燃气公司（虚构）'

interface Answer {
  operators: { operator: string | null; works: number; clashes: number; saving_yuan: string }[]
}
async function stored(page: Page, { trench_plan_id }: Plan, trench_id: number): Promise<Planned> {
  const plan = (await (await page.request.get(`/api/trench-plans/${trench_plan_id}`)).json()) as Plan
  return plan.planned_trenches.find((one) => one.trench_id === trench_id)!
}

/** A trench as the operator that is logged in on the page reads it. */
async function own(page: Page, trench_id: number): Promise<Planned> {
  const plans = await page.evaluate(async () => (await (await fetch('/api/own-trenches')).json()) as { planned_trenches: Planned[] }[])
  return plans.flatMap(({ planned_trenches }) => planned_trenches).find((one) => one.trench_id === trench_id)!
}

test('an operator sees its own works, clashes and saving, accepts, asks for a shift and refuses with a reason', async ({ page }) => {
  test.setTimeout(150_000)
  const name = `答复 ${Date.now()}`
  const plan = await offered(page, name)
  const answer = await ask<Answer>(page, 'trenches', {})
  const own = answer.operators.find(({ operator }) => operator === OPERATOR)!
  await page.addInitScript(() => localStorage.setItem('pianqu.edit.actor', '燃气张工'))
  await open(page, '#map=14/30.12/104.648&layers=street')
  await page.keyboard.press('g')
  const panel = page.getByRole('region', { name: '共沟协调' })
  await expect(panel.getByTestId('trench-figures')).toBeVisible({ timeout: 60_000 })

  // Its own view: works, clashes, saving.
  const parts = panel.getByRole('group', { name: '内容' })
  await parts.getByRole('button', { name: '单位' }).click()
  await panel.getByRole('button', { name: OPERATOR }).click()
  const view = panel.getByRole('region', { name: OPERATOR })
  await expect(view).toContainText(`${own.works} 项工程`)
  await expect(view).toContainText(`${own.clashes} 处冲突`)
  await expect(view).toContainText(Number(own.saving_yuan).toLocaleString('zh-CN', { minimumFractionDigits: 2 }))
  expect(await complaints(page), 'one operator').toEqual([])
  const drawn = await page.evaluate(() => window.__pianqu?.map.queryRenderedFeatures().flatMap(({ properties }) => (properties['what'] === 'work' ? [String(properties['kind'])] : [])))
  expect(new Set(drawn), 'the works of others are not drawn').toEqual(new Set(['gas']))
  await view.getByRole('button', { name: /^冲突/ }).click()
  await expect(panel.getByText(new RegExp(`找到 ${own.clashes} 项`))).toBeVisible()

  // Its trenches of the offered plan.
  await parts.getByRole('button', { name: '协商' }).click()
  await panel.getByRole('button', { name }).click()
  const theirs = plan.planned_trenches.filter(({ operators }) => operators.includes(OPERATOR))
  expect(theirs.length, 'it takes part in three').toBeGreaterThan(2)
  await expect(panel.getByText(new RegExp(`找到 ${theirs.length} 项`))).toBeVisible()
  // Another test may have agreed a trench of another plan, whose works stay on their days.
  const settled = await agreedWorks(page)
  const [first, second, third] = theirs.filter(({ result }) => !result.work_ids.some((id) => settled.has(id))) as [Planned, Planned, Planned]
  const card = (trench: Planned) => page.getByRole('region').filter({ hasText: `共沟 ${trench.code}` }).last()
  // Further down the list of what changed names trenches too.
  const choose = (trench: Planned) => panel.getByRole('listitem').filter({ hasText: trench.code }).first().getByRole('button').click()
  const reply = async (trench: Planned, what: string) => {
    await choose(trench)
    await expect(card(trench).getByLabel('答复单位')).toHaveValue(OPERATOR)
    await expect(card(trench).getByTestId('trench-place')).toContainText('位置：')
    await card(trench).getByRole('radio', { name: what, exact: true }).check()
  }

  await reply(first, '同意')
  await card(first).getByRole('button', { name: '提交答复' }).click()
  await expect(panel.getByText(`已记录：${OPERATOR}同意`)).toBeVisible()
  await expect.poll(async () => (await stored(page, plan, first.trench_id)).replies).toMatchObject([{ operator: OPERATOR, reply: 'accept' }])

  await reply(second, '申请调整')
  const send = card(second).getByRole('button', { name: '提交答复' })
  await expect(send, 'a shift without days is not sent').toBeDisabled()
  await card(second).getByLabel('最早').fill('2031-03-01')
  await card(second).getByLabel('最迟').fill('2030-09-30')
  await card(second).getByRole('textbox', { name: '理由' }).fill('冬季保供，不能停气')
  await expect(send, 'nor one that ends before it starts').toBeDisabled()
  await card(second).getByLabel('最迟').fill('2031-12-31')
  expect(await complaints(page), 'a reply').toEqual([])
  await send.click()
  await expect(panel.getByText(`已记录：${OPERATOR}申请调整`)).toBeVisible()
  await expect.poll(async () => (await stored(page, plan, second.trench_id)).replies).toMatchObject([{ reply: 'shift', first_day: '2031-03-01', reason: '冬季保供，不能停气' }])

  await reply(third, '不同意')
  await expect(card(third).getByRole('button', { name: '提交答复' }), 'a refusal needs a reason').toBeDisabled()
  await card(third).getByRole('textbox', { name: '理由' }).fill('与门站改造同期，另行开挖')
  await card(third).getByRole('button', { name: '提交答复' }).click()
  await expect(panel.getByText(`已记录：${OPERATOR}不同意`)).toBeVisible()
  expect((await stored(page, plan, third.trench_id)).state).toBe('refused')
  await expect(panel.getByRole('listitem').filter({ hasText: third.code }).first()).toContainText('未同意')
})

test('an operator who is logged in sees its own view alone and replies for itself', async ({ page }) => {
  test.setTimeout(150_000)
  const name = `登录答复 ${Date.now()}`
  const plan = await offered(page, name)
  const account = `燃气调度 ${Date.now()}`
  add(account, '--role', 'operator', '--operator', OPERATOR)
  // What the city knows of others: none of it may reach this page.
  const works = (await (await page.request.get('/api/collections/utility_work/items?limit=1000')).json()) as { features: { properties: { code: string; operator: string; visibility: string | null } }[] }
  const secrets = works.features.filter(({ properties }) => properties.operator !== OPERATOR && properties.visibility === 'confidential').map(({ properties }) => properties.code)
  expect(secrets.length).toBeGreaterThan(3)
  await open(page, '#map=14/30.12/104.648&layers=street')
  await logIn(page, account, PASSWORD)
  await expect(page.locator('#account')).toHaveText(OPERATOR)
  const bodies: string[] = []
  page.on('response', (response) => {
    if (/trenches|utility_work/.test(response.url())) void response.text().then((text) => bodies.push(text), () => undefined)
  })
  await page.locator('#open-trenches').click()
  const panel = page.getByRole('region', { name: '共沟协调' })
  const figures = panel.getByTestId('trench-figures')
  await expect(figures.getByRole('heading', { name: OPERATOR })).toBeVisible({ timeout: 60_000 })
  await expect(figures).toContainText('只显示本单位的工程')
  await expect(panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '单位' }), 'there is no choice of operators').toHaveCount(0)
  expect(await complaints(page), 'its own view').toEqual([])
  const kinds = await page.evaluate(() => window.__pianqu?.map.queryRenderedFeatures().flatMap(({ properties }) => (properties['what'] === 'work' ? [String(properties['kind'])] : [])))
  expect(new Set(kinds)).toEqual(new Set(['gas']))

  // Clashes with what is not shown say only that something is there.
  await figures.getByRole('button', { name: /^冲突/ }).click()
  await expect(panel.getByRole('listitem').first()).toBeVisible()

  // Its trenches, and a reply of its own.
  const theirs = plan.planned_trenches.filter(({ operators }) => operators.includes(OPERATOR))
  await panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '协商' }).click()
  await expect(panel.getByRole('heading', { name: new RegExp(name) })).toBeVisible({ timeout: 30_000 })
  const first = theirs[0]!
  await panel.getByRole('listitem').filter({ hasText: first.code }).first().getByRole('button').click()
  const card = page.getByRole('region').filter({ hasText: `共沟 ${first.code}` }).last()
  await expect(card.getByLabel('答复单位')).toHaveValue(OPERATOR)
  await expect(card.getByLabel('答复单位').locator('option')).toHaveCount(1)
  await expect(card.getByLabel('牵头单位'), 'who leads is not its to say').toHaveCount(0)
  await card.getByRole('radio', { name: '不同意', exact: true }).check()
  await card.getByRole('textbox', { name: '理由' }).fill('与门站改造同期')
  expect(await complaints(page), 'its reply').toEqual([])
  await card.getByRole('button', { name: '提交答复' }).click()
  await expect(panel.getByText(`已记录：${OPERATOR}不同意`)).toBeVisible()
  await expect(card).toContainText('未同意')

  const all = bodies.join('\n')
  expect(all.length).toBeGreaterThan(1000)
  expect(secrets.filter((code) => all.includes(code)), 'no code of a confidential work came').toEqual([])
  await page.locator('#log-out').click()
  await expect(page.locator('#log-in')).toBeVisible()
  const after = await stored(page, plan, first.trench_id)
  expect(after.replies).toMatchObject([{ operator: OPERATOR, reply: 'refuse', reason: '与门站改造同期' }])
})

test('an operator accepts several trenches in one step, and is told of the one that changed meanwhile', async ({ page }) => {
  test.setTimeout(150_000)
  const name = `一并答复 ${Date.now()}`
  const plan = await offered(page, name)
  const theirs = plan.planned_trenches.filter(({ operators }) => operators.includes(OPERATOR))
  expect(theirs.length).toBeGreaterThan(2)
  const account = `燃气值班 ${Date.now()}`
  add(account, '--role', 'operator', '--operator', OPERATOR)
  await open(page, '#map=14/30.12/104.648&layers=street')
  await logIn(page, account, PASSWORD)
  await page.locator('#open-trenches').click()
  const panel = page.getByRole('region', { name: '共沟协调' })
  await expect(panel.getByTestId('trench-figures')).toBeVisible({ timeout: 60_000 })
  await panel.getByRole('group', { name: '内容' }).getByRole('button', { name: '协商' }).click()
  const [first, second] = theirs as [Planned, Planned]
  const box = (trench: Planned) => panel.getByRole('checkbox', { name: `选择 ${trench.code}` })
  await box(first).check()
  await box(second).check()

  // Somebody is faster: what the page has seen of the second is another version by now.
  let isLate = true
  await page.route('**/api/own-trenches/replies', async (route) => {
    const body = route.request().postDataJSON() as { replies: { trench_id: number; version: number }[] }
    if (isLate) for (const one of body.replies) if (one.trench_id === second.trench_id) one.version += 7
    isLate = false
    await route.continue({ postData: JSON.stringify(body) })
  })
  await panel.getByRole('button', { name: '同意所选 2 条…' }).click()
  const summary = panel.getByTestId('accept-summary')
  await expect(summary).toContainText('同意 2 条共沟')
  expect(await complaints(page), 'the summary').toEqual([])
  await summary.getByRole('button', { name: '确认同意 2 条' }).click()
  await expect(panel.getByRole('alert')).toContainText('有 1 条不能接受')
  await expect(panel.getByRole('alert')).toContainText(second.code)
  expect((await own(page, first.trench_id)).replies, 'nothing was written').toEqual([])
  await expect(box(first)).toBeChecked()
  await expect(box(second)).not.toBeChecked()

  // Looked at and chosen again, both are taken.
  await box(second).check()
  await panel.getByRole('button', { name: '同意所选 2 条…' }).click()
  await summary.getByRole('button', { name: '确认同意 2 条' }).click()
  await expect(panel.getByText('已记录：同意 2 条')).toBeVisible()
  for (const trench of [first, second]) {
    expect((await own(page, trench.trench_id)).replies).toMatchObject([{ reply: 'accept' }])
    await expect(box(trench)).toBeDisabled()
  }
  await page.locator('#log-out').click()
  await expect(page.locator('#log-in')).toBeVisible()
})
