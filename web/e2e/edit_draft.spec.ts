import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { clickAt, named, openEdit, openFeature, PLACE, read, remove, spot, write } from './editing'
import { atRest } from './page'

const at = (x: number, y: number): [number, number] => [104.6497 + x / 1e4, 30.1228 + y / 1e4]

test('what is typed is checked beside its field, in the user’s words', async ({ page }) => {
  const square = { type: 'Polygon', coordinates: [[at(0, 0), at(10, 0), at(10, 8), at(0, 8), at(0, 0)]] }
  const stored = await write(page.request, 'community', square, { name: '检查小区' })
  const panel = await openFeature(page, 'community', stored.id)
  const wrong = async (label: string, text: string, say: string | RegExp) => {
    const input = panel.getByLabel(label, { exact: false })
    await input.fill(text)
    const fault = await input.getAttribute('aria-describedby')
    await expect(panel.locator(`#${fault}`), `${label} ${text}`).toHaveText(say)
  }
  await wrong('小区名称', '', '请填写此项').catch(async () => {
    // Told once the field is left.
    await page.keyboard.press('Tab')
    await expect(panel.getByText('请填写此项')).toBeVisible()
  })
  await wrong('户数', '十二', '请填写整数')
  await wrong('建成年份', '1492', '须在 1800 到 2100 之间')
  await wrong('建筑面积', '1,5', '请填写数字')
  await wrong('投资估算', '1.234', /最多两位小数/)
  expect(await complaints(page), 'with faults').toEqual([])
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByLabel('小区名称')).toBeFocused()
  await panel.getByLabel('小区名称').fill('检查小区')
  await panel.getByLabel('户数').fill('1,200')
  await panel.getByLabel('建成年份').fill('1992')
  await panel.getByLabel('建筑面积').fill('1.5')
  await panel.getByLabel('投资估算').fill('1.2')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：小区“检查小区”')).toBeVisible()
  expect((await read(page.request, 'community', stored.id))?.properties).toMatchObject({
    households: 1200,
    built_year: 1992,
    floor_area_m2: 1.5,
    estimated_cost: '1.20',
  })
  await remove(page.request, 'community', stored.id)
})

test('a day that does not exist is refused where it is typed', async ({ page }) => {
  const panel = await openEdit(page)
  await panel.getByRole('button', { name: '道路' }).click()
  await clickAt(page, await spot(page, -50, 0))
  await clickAt(page, await spot(page, 50, 0))
  await page.keyboard.press('Enter')
  await panel.getByLabel('最近铺装日期').fill('2026-02-30')
  await expect(panel.getByText('不是有效日期')).toBeVisible()
  await panel.getByLabel('最近铺装日期').fill('2026年3月5日')
  await expect(panel.getByText('不是有效日期')).toBeHidden()
  await panel.getByLabel('道路名称').fill('日期路')
  await panel.getByLabel('道路等级').selectOption({ label: '街巷' })
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：道路“日期路”')).toBeVisible()
  const [street] = await named(page.request, 'street', '日期路')
  expect(street?.properties['surfaced_on']).toBe('2026-03-05')
  await remove(page.request, 'street', street?.id ?? 0)
})

test('an area that crosses itself is circled, and the server’s mended one taken by a click', async ({ page }) => {
  const panel = await openEdit(page)
  await panel.getByRole('button', { name: '楼栋' }).click()
  for (const [x, y] of [[-80, -80], [80, 80], [80, -80], [-80, 80]] as const) await clickAt(page, await spot(page, x, y))
  await page.keyboard.press('Enter')
  await expect(panel.getByText('边界在红圈处自相交')).toBeVisible()
  await panel.getByLabel('楼栋名称').fill('蝴蝶楼')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await panel.getByRole('button', { name: '采用修正后的图形' }).click()
  await expect(panel.getByText('边界在红圈处自相交')).toBeHidden()
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：楼栋“蝴蝶楼”')).toBeVisible()
  const [building] = await named(page.request, 'building', '蝴蝶楼')
  expect(building?.geometry.coordinates, 'two triangles').toHaveLength(2)
  await remove(page.request, 'building', building?.id ?? 0)
})

test('a draft survives a reload, drawing and all, and nothing ends it unasked', async ({ page }) => {
  const other = await write(page.request, 'gate', { type: 'Point', coordinates: at(6, 2) }, { name: '旁边的门' })
  const panel = await openEdit(page)
  await panel.getByRole('button', { name: '小区', exact: true }).click()
  for (const [x, y] of [[-100, -100], [0, -100], [0, 0]] as const) await clickAt(page, await spot(page, x, y))
  await page.waitForTimeout(400)
  await page.reload()
  await atRest(page)
  await expect(panel.getByText('已加 3 个点')).toBeVisible()
  await page.keyboard.press('Enter')
  await panel.getByLabel('小区名称').fill('草稿小区')
  await page.reload()
  await atRest(page)
  await expect(panel.getByLabel('小区名称')).toHaveValue('草稿小区')

  // A street lies there too, so the panel asks which is meant.
  const neighbour = panel.getByRole('button', { name: '出入口 · 旁边的门' })
  await clickAt(page, at(6, 2))
  await neighbour.click()
  const guard = page.getByRole('dialog', { name: '有未保存的修改' })
  await expect(guard).toBeVisible()
  expect(await complaints(page), 'asking before something is lost').toEqual([])
  await guard.getByRole('button', { name: '继续编辑' }).click()
  await expect(panel.getByLabel('小区名称')).toHaveValue('草稿小区')

  await panel.getByLabel('坐落地址').pressSequentially('led')
  await expect(panel.getByLabel('坐落地址'), 'letters in a field are none of the page’s keys').toHaveValue('led')
  await panel.getByRole('button', { name: '关闭', exact: true }).first().click()
  await expect(page.getByText('未保存的修改：小区“草稿小区”')).toBeVisible()
  await page.getByRole('button', { name: '继续编辑' }).click()
  await neighbour.click()
  await guard.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByLabel('名称', { exact: true })).toHaveValue('旁边的门')
  const [community] = await named(page.request, 'community', '草稿小区')
  expect(community, 'saved first').toBeDefined()
  await remove(page.request, 'community', community?.id ?? 0)
  await remove(page.request, 'gate', other.id)
})

test('while the database is away the draft waits, and is saved when tried again', async ({ page }) => {
  const panel = await openEdit(page, PLACE)
  await panel.getByRole('button', { name: '出入口' }).click()
  await clickAt(page, await spot(page, 60, -60))
  await panel.getByLabel('名称', { exact: true }).fill('等待门')
  const away = { type: '/problems/database-away', title: 'away', status: 503, detail: 'The database cannot be reached.' }
  await page.route('**/api/edits', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(away) }),
  )
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('数据库暂时无法连接，稍后再保存')).toBeVisible()
  await expect(panel.getByText('您的修改已留作草稿，不会丢失。')).toBeVisible()
  await page.unroute('**/api/edits')
  await page.reload()
  await expect(panel.getByLabel('名称', { exact: true })).toHaveValue('等待门')
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  await expect(panel.getByText('已保存：出入口“等待门”')).toBeVisible()
  const [gate] = await named(page.request, 'gate', '等待门')
  await remove(page.request, 'gate', gate?.id ?? 0)
})

test('what only the server can know lands at its field', async ({ page }) => {
  const panel = await openEdit(page)
  await panel.getByRole('button', { name: '出入口' }).click()
  await clickAt(page, await spot(page, 80, 80))
  await panel.getByLabel('名称', { exact: true }).fill('被拒门')
  const refusal = {
    type: '/problems/invalid-feature',
    title: 'The feature cannot be taken',
    status: 422,
    detail: 'community_code: there is no such community',
    errors: [{ pointer: '/changes/0/feature/properties/community_code', detail: 'there is no such community' }],
  }
  await page.route('**/api/edits', (route) =>
    route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify(refusal) }),
  )
  await panel.getByRole('button', { name: '保存', exact: true }).click()
  const field = panel.getByLabel('所属小区编号')
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(panel.locator(`#${await field.getAttribute('aria-describedby')}`)).toContainText('there is no such community')
  await field.fill('ZY001')
  await expect(field).not.toHaveAttribute('aria-invalid', 'true')
})

test('two tabs keep a draft each, and one that a closed tab left is taken up', async ({ page, context }) => {
  const first = await openEdit(page)
  await first.getByRole('button', { name: '出入口' }).click()
  await clickAt(page, await spot(page, -60, 60))
  await first.getByLabel('名称', { exact: true }).fill('甲页门')
  const other = await context.newPage()
  const second = await openEdit(other)
  await expect(second.getByText('绘制新要素'), 'the draft of a living tab is left alone').toBeVisible()
  await second.getByRole('button', { name: '出入口' }).click()
  await clickAt(other, await spot(other, 60, 60))
  await second.getByLabel('名称', { exact: true }).fill('乙页门')
  await page.reload()
  await expect(first.getByLabel('名称', { exact: true })).toHaveValue('甲页门')
  await first.getByRole('button', { name: '放弃修改' }).click()
  await other.waitForTimeout(400)
  await other.close()
  await page.reload()
  await expect(first.getByLabel('名称', { exact: true })).toHaveValue('乙页门')
  await expect(first.getByText('已恢复上次未保存的草稿')).toBeVisible()
})
