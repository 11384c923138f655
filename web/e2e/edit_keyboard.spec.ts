import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { ME, named, openEdit, PLACE, remove } from './editing'
import { atRest, open } from './page'

test('a community is drawn, corrected, filled in, saved and deleted by keyboard alone', async ({ page }) => {
  await page.addInitScript((name) => localStorage.setItem('pianqu.edit.actor', name), ME)
  await open(page, PLACE.replace('&mode=edit', ''))
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      if (key.includes('Arrow')) await atRest(page)
    }
  }
  await press('e')
  const panel = page.getByRole('region', { name: '编辑', exact: true })
  await panel.getByRole('button', { name: '小区', exact: true }).focus()
  await press('Enter')
  await expect(page.getByLabel('城市地图')).toBeFocused()

  // A vertex too many is taken back; then three more corners.
  await press('Space', 'ArrowRight', 'Space', 'ArrowRight', 'Space')
  await expect(panel.getByText('已加 3 个点')).toBeVisible()
  await press('Backspace')
  await expect(panel.getByText('已加 2 个点')).toBeVisible()
  await press('ArrowLeft', 'ArrowDown', 'Space', 'ArrowLeft', 'Space')
  await expect(panel.getByText('已加 4 个点')).toBeVisible()
  expect(await complaints(page), 'while drawing').toEqual([])
  await press('Enter')

  // The first field has the keyboard; the required one is said to be missing.
  await expect(panel.getByLabel('小区编号')).toBeFocused()
  await press('Control+s')
  await expect(panel.getByText('请填写此项')).toBeVisible()
  await expect(panel.getByLabel('小区名称')).toBeFocused()
  await page.keyboard.type('键盘小区')

  // The second vertex is chosen and moved, and a vertex typed by its coordinates.
  await panel.locator('summary', { hasText: '节点' }).focus()
  await press('Enter')
  await panel.getByRole('button', { name: '节点 2', exact: true }).focus()
  await press('Enter')
  const longitude = panel.getByLabel('节点 2 的经度')
  const before = Number(await longitude.inputValue())
  await press('Shift+ArrowRight', 'ArrowRight')
  const moved = Number(await longitude.inputValue())
  expect(moved).toBeGreaterThan(before)
  await panel.getByLabel('节点 3 的纬度').fill('30.1219')
  await press('Tab')
  await panel.getByRole('button', { name: '在节点 3 之后插入' }).focus()
  await press('Enter')
  await expect(panel.getByRole('button', { name: '节点 4', exact: true })).toBeFocused()
  await press('Delete')
  await expect(panel.getByText('节点（4）')).toBeVisible()
  await press('Control+s')
  await expect(panel.getByText('已保存：小区“键盘小区”')).toBeVisible()
  const [stored] = await named(page.request, 'community', '键盘小区')
  const ring = (stored?.geometry.coordinates as [number, number][][][])[0]?.[0] ?? []
  expect(ring).toHaveLength(5)
  expect(ring[1]?.[0]).toBeCloseTo(moved, 6)
  expect(ring[2]?.[1]).toBe(30.1219)
  await remove(page.request, 'community', stored?.id ?? 0)
})

test('Escape ends what is uppermost, and Ctrl+Z goes back step by step', async ({ page }) => {
  const panel = await openEdit(page)
  await panel.getByRole('button', { name: '道路' }).click()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await atRest(page)
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await panel.getByLabel('道路名称').fill('一')
  await panel.getByLabel('道路名称').pressSequentially('二三')
  await page.keyboard.press('Control+z')
  await expect(panel.getByLabel('道路名称')).toHaveValue('')
  await page.keyboard.press('Control+z')
  await expect(panel.getByText('已加 2 个点')).toBeVisible()
  await page.keyboard.press('Control+Shift+z')
  await page.keyboard.press('Control+y')
  await expect(panel.getByLabel('道路名称')).toHaveValue('一二三')
  await panel.getByRole('button', { name: '增加部分' }).click()
  await page.keyboard.press('Escape')
  await expect(panel.getByLabel('道路名称'), 'only the part was cancelled').toHaveValue('一二三')
  await page.keyboard.press(']')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(panel).toBeHidden()
  await expect(page.getByText('未保存的修改：道路“一二三”')).toBeVisible()
})
