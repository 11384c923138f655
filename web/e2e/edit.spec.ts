import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { clickAt, drag, named, openEdit, openFeature, PLACE, read, remove, spot, write } from './editing'
import { open, pixel } from './page'

test('a gate, a street and a community are drawn by mouse and saved, and undone', async ({ page }) => {
  const panel = await openEdit(page)
  expect(await complaints(page), 'at the start').toEqual([])

  await panel.getByRole('button', { name: '出入口' }).click()
  await clickAt(page, await spot(page, 0, 0))
  await panel.getByLabel('名称').fill('试画东门')
  await panel.getByLabel('是否开放').selectOption({ label: '否' })
  await panel.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByText('已保存：出入口“试画东门”')).toBeVisible()
  const [gate] = await named(page.request, 'gate', '试画东门')
  expect(gate?.geometry.type).toBe('Point')
  expect(gate?.properties).toMatchObject({ name: '试画东门', is_open: false })

  await panel.getByRole('button', { name: '道路' }).click()
  for (const [x, y] of [[-150, -60], [0, 0], [150, -60]] as const) await clickAt(page, await spot(page, x, y))
  await page.mouse.dblclick(...(Object.values(await pixel(page, await spot(page, 200, 60))) as [number, number]))
  await panel.getByLabel('道路名称').fill('试画路')
  await panel.getByLabel('道路等级').selectOption({ label: '街巷' })
  await panel.getByLabel('路面宽度').fill('7.5')
  await panel.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByText('已保存：道路“试画路”')).toBeVisible()
  const [street] = await named(page.request, 'street', '试画路')
  expect(street?.geometry.type).toBe('MultiLineString')
  expect((street?.geometry.coordinates as unknown[][])[0]).toHaveLength(4)
  expect(street?.properties['width_m']).toBe(7.5)

  await panel.getByRole('button', { name: '小区', exact: true }).click()
  const corners = [[-120, -120], [120, -120], [120, 120], [-120, 120]] as const
  for (const [x, y] of corners) await clickAt(page, await spot(page, x, y))
  await clickAt(page, await spot(page, -120, -120))
  await panel.getByLabel('小区名称').fill('试画小区')
  await panel.getByLabel('户数', { exact: false }).fill('１２0')
  await panel.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByText('已保存：小区“试画小区”')).toBeVisible()
  const [community] = await named(page.request, 'community', '试画小区')
  expect(community?.geometry.type).toBe('MultiPolygon')
  expect((community?.geometry.coordinates as unknown[][][])[0]?.[0]).toHaveLength(5)
  expect(community?.properties['households']).toBe(120)

  await page.keyboard.press('Control+z')
  await expect(panel.getByText('已撤销：新增小区“试画小区”')).toBeVisible()
  expect(await named(page.request, 'community', '试画小区')).toEqual([])
  await page.keyboard.press('Control+Shift+z')
  await expect(panel.getByText('已重做：新增小区“试画小区”')).toBeVisible()
  expect(await named(page.request, 'community', '试画小区')).toHaveLength(1)
  for (const [layer, id] of [['gate', gate?.id], ['street', street?.id], ['community', community?.id]] as const) {
    await remove(page.request, layer, id ?? 0)
  }
})

test('a moved vertex leaves every part and hole as it was, and the feature can be deleted', async ({ page }) => {
  const at = (x: number, y: number) => [104.6497 + x / 1e4, 30.1228 + y / 1e4]
  const coordinates = [
    [
      [at(0, 0), at(10, 0), at(10, 8), at(0, 8), at(0, 0)],
      [at(2, 2), at(4, 2), at(4, 4), at(2, 2)],
      [at(6, 5), at(8, 5), at(8, 7), at(6, 5)],
    ],
    [[at(12, 0), at(15, 0), at(15, 4), at(12, 0)]],
  ]
  const stored = await write(page.request, 'community', { type: 'MultiPolygon', coordinates }, { name: '多部分小区', households: 30 })
  const panel = await openFeature(page, 'community', stored.id)
  expect(await complaints(page), 'with the form').toEqual([])
  const to = at(11, 9) as [number, number]
  await drag(page, at(10, 8) as [number, number], to)
  await panel.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByText('已保存：小区“多部分小区”')).toBeVisible()
  const after = (await read(page.request, 'community', stored.id))?.geometry.coordinates as number[][][][]
  const wanted = structuredClone(stored.geometry.coordinates) as number[][][][]
  const moved = after[0]?.[0]?.[2] ?? []
  expect(Math.abs((moved[0] ?? 0) - to[0])).toBeLessThan(1e-5)
  expect(Math.abs((moved[1] ?? 0) - to[1])).toBeLessThan(1e-5)
  wanted[0]![0]![2] = moved
  expect(after, 'all but that vertex').toEqual(wanted)

  await clickAt(page, at(1, 1) as [number, number])
  await expect(panel.getByRole('form', { name: '属性' })).toBeVisible()
  await panel.getByRole('button', { name: '删除', exact: true }).last().click()
  await panel.getByRole('button', { name: '删除', exact: true }).last().click()
  await expect(panel.getByText('已删除：小区“多部分小区”')).toBeVisible()
  expect(await read(page.request, 'community', stored.id)).toBeUndefined()
})

test('the name is asked for once', async ({ page }) => {
  const panel = await openEdit(page, PLACE, '')
  await panel.getByRole('button', { name: '出入口' }).click()
  await clickAt(page, await spot(page, 40, 40))
  await panel.getByLabel('名称').fill('问名门')
  await panel.getByRole('button', { name: '保存' }).click()
  const dialog = page.getByRole('dialog', { name: '您的姓名' })
  await expect(dialog).toBeVisible()
  expect(await complaints(page), 'asking for the name').toEqual([])
  await dialog.getByLabel('姓名').fill('王工')
  await dialog.getByRole('button', { name: '确定' }).click()
  await expect(panel.getByText('已保存：出入口“问名门”')).toBeVisible()
  await expect(panel.getByText('以“王工”的名义修改')).toBeVisible()
  const [gate] = await named(page.request, 'gate', '问名门')
  const history = await (await page.request.get(`/api/edits?limit=1`)).json()
  expect(history[0]).toMatchObject({ actor: '王工', message: '新增出入口“问名门”' })
  await page.reload()
  await expect(page.getByText('以“王工”的名义修改')).toBeVisible()
  await remove(page.request, 'gate', gate?.id ?? 0)
})

test('the public has no editing', async ({ page }) => {
  await open(page, `${PLACE}&viewer=public`)
  await expect(page.getByRole('button', { name: '编辑', exact: true })).toHaveCount(0)
  await page.keyboard.press('e')
  await expect(page.getByRole('region', { name: '编辑', exact: true })).toHaveCount(0)
})
