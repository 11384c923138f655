import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { add, logIn, PASSWORD } from './logging_in'
import { open } from './page'

/** An operator of the sample city. */
const OPERATOR = '供水公司（虚构）'

test('an operator logs in, sees its own works and is offered what it may do', async ({ page }) => {
  add('水务调度', '--role', 'operator', '--operator', OPERATOR)
  await open(page)
  await expect(page.locator('#open-edit')).toBeVisible()
  await logIn(page, '水务调度', '不是这个口令啊')
  await expect(page.getByRole('alert')).toHaveText('账户或密码不正确')
  expect(await complaints(page), 'the log-in').toEqual([])
  await page.getByLabel('密码').fill(PASSWORD)
  await page.getByRole('dialog').getByRole('button', { name: '登录' }).click()
  await expect(page.locator('#account')).toHaveText(OPERATOR)

  const seen = await page.evaluate(async () => {
    const answer = await fetch('/api/collections/utility_work/items?limit=1000')
    return ((await answer.json()) as { features: { properties: { operator: string; visibility: string | null } }[] }).features.map((it) => it.properties)
  })
  expect(seen.some(({ operator }) => operator === OPERATOR)).toBe(true)
  expect(seen.every(({ operator, visibility }) => operator === OPERATOR || visibility === 'open')).toBe(true)

  // It may edit its lines and works, and nothing that is the planners'.
  await page.locator('#open-edit').click()
  await expect(page.getByRole('button', { name: '管线改造工程' })).toBeVisible()
  await expect(page.getByRole('button', { name: '小区', exact: true })).toHaveCount(0)
  // It is told of its own edits, and takes them back; of others' it learns nothing.
  await page.getByRole('toolbar').getByRole('button', { name: '修改记录' }).click()
  const panel = page.getByRole('region', { name: '修改记录' }).first()
  await expect(panel.getByRole('heading', { name: '本账户最近的修改' })).toBeVisible()
  await expect(panel.getByText('还没有修改。')).toBeVisible()
  await expect(panel.getByRole('heading', { name: '回到某一时刻' })).toHaveCount(0)
  await expect(panel.getByRole('alert')).toHaveCount(0)
  expect(await complaints(page), 'its own edits').toEqual([])

  await page.locator('#log-out').click()
  await expect(page.locator('#log-in')).toBeVisible()
  await expect(page.locator('#account')).toHaveCount(0)
})

test('who only reads is offered no change', async ({ page }) => {
  add('审计员', '--role', 'viewer')
  await open(page)
  await logIn(page, '审计员', PASSWORD)
  await expect(page.locator('#account')).toHaveText('审计员（只读）')
  await expect(page.locator('#open-edit')).toHaveCount(0)
  await expect(page.locator('#open-import')).toHaveCount(0)
})
