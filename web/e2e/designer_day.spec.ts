import { readFile } from 'node:fs/promises'
import { expect, test, type Page } from '@playwright/test'
import { ask } from './analysis'
import { complaints } from './axe'
import { atRest, open, pixel } from './page'

interface Modification {
  kind: string
  at: [number, number]
}
interface Coverage {
  results: { city: { not_reached: { households: number } }; communities: { name: string; not_reached: { households: number } }[] }[]
  gaps: { community: string }[]
}
interface Siting {
  value: number
  is_proved_optimal: boolean
  chosen: string[]
}

const RULE = 'health_station'
const panel = (page: Page) => page.getByRole('region', { name: '设施覆盖' })
const part = (page: Page, name: string) => panel(page).getByRole('group', { name: '结果' }).getByRole('button', { name, exact: true }).click()
const figures = (page: Page) => page.getByTestId('scenario-figures')

/** Households that a change reaches, as the API tells. */
async function notReached(page: Page, modifications: Modification[]): Promise<number> {
  const answer = await ask<Coverage>(page, 'coverage', { rules: [RULE], steps: [], most_gaps: 0, modifications })
  return answer.results[0]!.city.not_reached.households
}

test('a designer finds the worst gap, tries and compares, sites, keeps the scenario, exports and reports', async ({ page }) => {
  test.setTimeout(180_000)
  const asked: Modification[][] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/analysis/coverage') && request.method() === 'POST') {
      asked.push((request.postDataJSON() as { modifications?: Modification[] }).modifications ?? [])
    }
  })
  const last = () => asked.at(-1) ?? []

  // The worst gap.
  await open(page, '#map=14/30.12/104.65')
  await page.keyboard.press('c')
  await expect(panel(page).getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible({ timeout: 20_000 })
  await part(page, '缺口')
  const worst = panel(page).getByRole('listitem').getByRole('button').first()
  const { gaps } = await ask<Coverage>(page, 'coverage', { rules: [RULE], steps: [] })
  const name = gaps[0]!.community
  await expect(worst).toContainText(name)
  await worst.click()
  await expect(page.getByRole('heading', { name })).toBeVisible()
  await atRest(page)

  // A facility is put beside it: somebody gains, by as much as the API says.
  await part(page, '情景')
  await panel(page).getByRole('button', { name: '新建情景' }).click()
  await panel(page).getByRole('button', { name: '新增设施' }).click()
  await panel(page).getByRole('button', { name: '放在视图中心' }).click()
  await expect(figures(page)).toContainText('新增可达')
  const before = await notReached(page, [])
  const gained = Math.round(before - (await notReached(page, last())))
  expect(gained).toBeGreaterThan(0)
  await expect(figures(page)).toContainText(`比现状 +${gained.toLocaleString('zh-CN')} 户`)

  // It is dragged away: while it moves the server is asked, and the time is told.
  const from = last()[0]!.at
  const at = await pixel(page, from)
  const count = asked.length
  await page.mouse.move(at.x, at.y)
  await page.mouse.down()
  await page.mouse.move(at.x + 40, at.y + 10, { steps: 4 })
  await expect.poll(() => asked.length).toBeGreaterThan(count)
  expect(last()[0]!.at).not.toEqual(from)
  await expect(figures(page)).toContainText(/用时 [\d,]+ 毫秒/)
  await page.mouse.move(at.x + 90, at.y + 20, { steps: 4 })
  await page.mouse.up()
  const list = panel(page).locator('ol').getByRole('listitem')
  await expect(list).toHaveCount(1)
  await expect.poll(() => last()[0]!.at[0]).toBeGreaterThan(from[0])
  await panel(page).getByRole('button', { name: '撤销' }).click()
  await expect.poll(() => last()[0]!.at).toEqual(from)
  await expect(figures(page)).toContainText(`比现状 +${gained.toLocaleString('zh-CN')} 户`)
  const scenario = `试 ${Date.now()}`
  await panel(page).getByLabel('情景名称').fill(scenario)
  await panel(page).getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel(page).getByText('已保存（第 1 版）')).toBeVisible()
  expect(await complaints(page)).toEqual([])

  // Sites for two more, as the API chooses them, go into the scenario.
  await part(page, '选址')
  await panel(page).getByLabel('选点个数').last().fill('2')
  await panel(page).locator('form').getByRole('button', { name: '选址' }).click()
  const answer = page.getByTestId('siting-answer')
  await expect(answer).toBeVisible({ timeout: 45_000 })
  const kinds = [{ facility_kinds: ['health_station'], p: 2, radius_m: 300 }]
  const sited = await ask<Siting>(page, 'siting', { objective: 'mclp', kinds, without_buildings: true, modifications: last() })
  await expect(answer).toContainText(Math.round(sited.value).toLocaleString('zh-CN'))
  await expect(answer.getByText('已证最优', { exact: true })).toHaveCount(sited.is_proved_optimal ? 1 : 0)
  await expect(answer.locator('tr[data-of]')).toHaveCount(5)
  await answer.getByRole('button', { name: '放入情景' }).click()
  await expect(list).toHaveCount(3)
  await panel(page).getByLabel('情景名称').fill(`${scenario} 乙`)
  await panel(page).getByRole('button', { name: '另存为新情景' }).click()
  await expect(panel(page).getByText('已保存（第 1 版）')).toBeVisible()

  // Both beside the city as it is.
  await panel(page).getByRole('button', { name: '情景对比' }).click()
  const compare = page.getByRole('region', { name: '情景对比' })
  await compare.getByLabel('方案A').selectOption({ label: scenario })
  await compare.getByLabel('方案B').selectOption({ label: `${scenario} 乙` })
  await compare.getByRole('button', { name: '对比', exact: true }).click()
  const row = compare.locator(`tr[data-rule=${RULE}]`)
  await expect(row).toContainText(`+${gained.toLocaleString('zh-CN')}`, { timeout: 45_000 })
  const both = Math.round(before - (await notReached(page, last())))
  expect(both).toBeGreaterThan(gained)
  await expect(row.getByRole('button').last()).toContainText(`+${both.toLocaleString('zh-CN')}`)
  await compare.getByRole('button', { name: '关闭' }).click()

  // The workbook, and the report on paper.
  await part(page, '报告')
  const [download] = await Promise.all([page.waitForEvent('download'), panel(page).getByRole('button', { name: '导出', exact: true }).click()])
  expect(download.suggestedFilename()).toBe('设施覆盖.xlsx')
  expect((await readFile(await download.path())).subarray(0, 2).toString()).toBe('PK')
  await panel(page).getByRole('button', { name: `生成“${name}”的报告` }).click()
  const report = page.getByRole('dialog')
  await expect(report.getByRole('heading', { name, exact: true })).toBeVisible({ timeout: 45_000 })
  await expect(report.getByText(`情景：${scenario} 乙`).first()).toBeVisible()
  await expect(report.getByText('GB 50180-2018').first()).toBeVisible()
  await expect(report.getByText('数值未与标准原文核对，结论须复核').first()).toBeVisible()
  expect(await report.getByRole('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(1000)
  expect(await complaints(page)).toEqual([])
  // What goes to paper is the report alone.
  await page.emulateMedia({ media: 'print' })
  await expect(panel(page)).toBeHidden()
  await expect(report.getByRole('button', { name: '打印或存为 PDF' })).toBeHidden()
  await page.emulateMedia({ media: 'screen' })
  await page.keyboard.press('Escape')
  await expect(report).toHaveCount(0)
})
