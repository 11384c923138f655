import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { clickAt, named, openEdit, openFeature, read, remove, write } from './editing'
import { atRest, pixel } from './page'

// Several pages and dialogs each: on a busy machine that takes longer than a single look.
test.describe.configure({ timeout: 90_000 })

type Place = [number, number]
const [LON, LAT] = [104.6497, 30.1228]
/** With digits that a rounded shape would lose. */
const at = (east: number, north: number): Place => [LON + east * 1.000000123e-4, LAT + north * 1.000000123e-4]
const box = (west: number, south: number, east: number, north: number) => ({
  type: 'Polygon',
  coordinates: [[at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)]],
})
const ringsOf = (geometry: { coordinates: unknown }) => (geometry.coordinates as Place[][][]).flat()

/** A place some pixels from another. */
async function beside(page: Page, place: Place, right: number, down: number): Promise<Place> {
  const { x, y } = await pixel(page, place)
  return page.evaluate(
    ([x = 0, y = 0]) => {
      const map = window.__pianqu!.map as unknown as {
        getCanvas(): HTMLCanvasElement
        unproject(at: [number, number]): { lng: number; lat: number }
      }
      const box = map.getCanvas().getBoundingClientRect()
      const { lng, lat } = map.unproject([x - box.x, y - box.y])
      return [lng, lat] as [number, number]
    },
    [x + right, y + down],
  )
}

/** Waits until what there is to snap to has been read. */
async function snapsTo(page: Page, place: Place, label: string): Promise<void> {
  await expect
    .poll(async () => {
      const { x, y } = await pixel(page, place)
      await page.mouse.move(x + 5, y + 3)
      await page.mouse.move(x + 4, y + 3)
      return page.evaluate(() => {
        const map = window.__pianqu!.map as unknown as {
          getSource(id: string): { serialize(): { data: { features: { properties: { label?: string } }[] } } }
        }
        return map.getSource('pointer').serialize().data.features.map(({ properties }) => properties.label ?? '')
      })
    })
    .toContain(label)
}

test('a drawn vertex snaps to one that is there, to the last bit, and says to what; Alt leaves it where it is put', async ({ page }) => {
  const community = await write(page.request, 'community', box(24, -6, 36, 6), { name: '吸附小区' })
  // In the river, and only to communities: the sample city has corners and walls nearly everywhere.
  await page.addInitScript(() => localStorage.setItem('pianqu.edit.snap', '{"isOn":true,"layers":["community"]}'))
  const panel = await openEdit(page, '#map=17/30.1228/104.6527&mode=edit')
  await panel.getByRole('button', { name: '障碍（线）' }).click()
  await snapsTo(page, at(36, 6), '小区节点')
  await clickAt(page, await beside(page, at(36, 6), 5, -4))
  // Near the middle of the eastern side there is an edge and no vertex.
  await snapsTo(page, at(36, 0.5), '小区边线')
  await clickAt(page, await beside(page, at(36, 0.5), 4, 0))
  const free = await beside(page, at(36, -6), 6, 5)
  await page.keyboard.down('Alt')
  await clickAt(page, free)
  await page.keyboard.up('Alt')
  await panel.getByText('吸附').first().click()
  expect(await complaints(page), 'with what is snapped to').toEqual([])
  await page.getByRole('button', { name: '完成' }).click()
  await panel.getByLabel('名称').fill('吸附围墙')
  await panel.getByLabel('类别').selectOption({ label: '围墙' })
  await panel.getByRole('button', { name: '保存' }).click()
  await expect(panel.getByText('已保存：障碍“吸附围墙”')).toBeVisible()

  const [wall] = await named(page.request, 'barrier', '吸附围墙')
  const [first, second, third] = (wall?.geometry.coordinates as Place[][]).flat()
  expect(first).toEqual(at(36, 6))
  expect(second?.[0]).toBe(at(36, 0)[0])
  expect(third).not.toEqual(at(36, -6))
  // To the pixel that the mouse can point at.
  expect(Math.abs((third?.[0] ?? 0) - free[0])).toBeLessThan(1e-5)
  await remove(page.request, 'barrier', wall?.id ?? 0)
  await remove(page.request, 'community', community.id)
})

test('a community is split along a line: one piece stays the feature, counts are proposed, one undo takes it back', async ({ page }) => {
  const properties = { name: '待分小区', code: 'CF-1', households: 300, population: 901 }
  const whole = await write(page.request, 'community', box(-6, -6, 6, 6), properties)
  const panel = await openFeature(page, 'community', whole.id)

  // A line that ends inside does not split, and is told why.
  await panel.getByRole('button', { name: '拆分', exact: true }).click()
  await clickAt(page, at(-2, 8))
  await clickAt(page, at(-2, 1))
  await page.getByRole('button', { name: '完成' }).click()
  await expect(panel.getByText('端点停在了里面')).toBeVisible()

  await panel.getByRole('button', { name: '拆分', exact: true }).click()
  for (const [east, north] of [[-2, 8], [-2, 0], [-2.5, -8]] as const) await clickAt(page, at(east, north))
  await page.getByRole('button', { name: '完成' }).click()
  await expect(panel.getByRole('heading', { name: '拆分为 2 块' })).toBeVisible()
  await expect(panel.getByText('只是建议')).toContainText('户数')
  expect(await complaints(page), 'before the pieces are saved').toEqual([])
  const small = panel.getByRole('group', { name: /第 2 块/ })
  await expect(small.getByLabel('小区编号')).toHaveValue('')
  const proposed = Number(await small.getByLabel('户数').inputValue())
  expect(proposed).toBeGreaterThan(80)
  expect(proposed).toBeLessThan(110)
  await small.getByLabel('户数').fill('90')
  await expect(panel.getByText(/各块户数合计/)).toBeVisible()
  await panel.getByRole('group', { name: /第 1 块/ }).getByLabel('户数').fill('210')
  await expect(panel.getByText(/各块户数合计/)).toHaveCount(0)
  await small.getByLabel('小区名称').fill('待分小区西')
  expect(await read(page.request, 'community', whole.id), 'nothing is written before').toMatchObject({ version: 1 })
  await panel.getByRole('button', { name: '保存为 2 块' }).click()
  await expect(panel.getByText('已将小区“待分小区”拆分为 2 块')).toBeVisible()

  const [east] = await named(page.request, 'community', '待分小区')
  const [west] = await named(page.request, 'community', '待分小区西')
  expect(await read(page.request, 'community', whole.id)).toMatchObject({ version: 2 })
  expect(east).toMatchObject({ id: whole.id, properties: { code: 'CF-1', households: 210 } })
  expect(west?.properties).toMatchObject({ code: null, households: 90 })
  expect(Number(west?.properties['population']) + Number(east?.properties['population'])).toBe(901)
  const cut = (one: typeof east) => new Set(ringsOf(one!.geometry).flat().map(String))
  const shared = [...cut(east)].filter((place) => cut(west).has(place))
  expect(shared.length, 'the cut has its vertices in both').toBeGreaterThanOrEqual(3)

  await page.keyboard.press('Control+z')
  await expect(panel.getByText('已撤销：')).toBeVisible()
  expect(await named(page.request, 'community', '待分小区西')).toEqual([])
  const back = await read(page.request, 'community', whole.id)
  expect(back?.geometry).toEqual(whole.geometry)
  expect(back?.properties).toEqual(whole.properties)
  await remove(page.request, 'community', whole.id)
})

test('communities are merged: sums where all are known, a choice where they differ, and the other goes', async ({ page }) => {
  const one = await write(page.request, 'community', box(-6, -4, 0, 4), { name: '合并甲', code: 'HB-1', households: 100, population: 200, tenure: 'public' })
  const other = await write(page.request, 'community', box(0, -4, 6, 4), { name: '合并乙', code: 'HB-2', households: 50, tenure: 'public' })
  const apart = await write(page.request, 'community', box(-6, 5, 0, 7), { name: '合并丙', households: 1 })
  const panel = await openFeature(page, 'community', one.id)
  await panel.getByRole('button', { name: '合并', exact: true }).click()
  // A neighbour by the map, one by the list; the far one does not touch.
  await clickAt(page, at(3, 0))
  await expect(panel.getByLabel('合并乙', { exact: true })).toBeChecked()
  await panel.getByLabel('合并丙', { exact: true }).check()
  await expect(panel.getByText('它们并不相连')).toBeVisible()
  await panel.getByLabel('合并丙', { exact: true }).uncheck()
  await expect(panel.getByText('它们并不相连')).toHaveCount(0)
  await expect(panel.getByText('编号 HB-2 不再保留')).toBeVisible()
  await expect(panel.getByText('常住人口：有的要素未知')).toBeVisible()
  const save = panel.getByRole('button', { name: '合并这 2 个' })
  await expect(save).toBeDisabled()
  expect(await complaints(page), 'before merging').toEqual([])
  await panel.getByRole('group', { name: '小区名称' }).getByLabel('合并乙').check()
  await save.click()
  await expect(panel.getByText('已将 2 个要素合并')).toBeVisible()

  const merged = await read(page.request, 'community', one.id)
  expect(merged?.properties).toMatchObject({ name: '合并乙', code: 'HB-1', households: 150, population: null, tenure: 'public' })
  expect(ringsOf(merged!.geometry)).toHaveLength(1)
  expect(await read(page.request, 'community', other.id)).toBeUndefined()
  await page.keyboard.press('Control+z')
  await expect(panel.getByText('已撤销：')).toBeVisible()
  expect((await read(page.request, 'community', other.id))?.geometry).toEqual(other.geometry)
  expect((await read(page.request, 'community', one.id))?.geometry).toEqual(one.geometry)
  for (const { id } of [one, other, apart]) await remove(page.request, 'community', id)
})

test('a street is cut by keyboard where a drawn line crosses it, and joined again', async ({ page }) => {
  const street = await write(page.request, 'street', { type: 'LineString', coordinates: [at(-8, 0), at(8, 0)] }, { name: '待断路', street_class: 'tertiary' })
  const panel = await openFeature(page, 'street', street.id)
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      if (key.includes('Arrow')) await atRest(page)
    }
  }
  await panel.getByRole('button', { name: '画线打断' }).focus()
  await press('Enter')
  await expect(page.getByLabel('城市地图')).toBeFocused()
  // The link looks at the street's end; the cross lies east of it, upon the street.
  await press('ArrowUp', 'Space', 'ArrowDown', 'ArrowDown', 'Space', 'Enter')
  await expect(panel.getByRole('heading', { name: '拆分为 2 块' })).toBeVisible()
  await panel.getByRole('button', { name: '保存为 2 块' }).focus()
  await press('Enter')
  await expect(panel.getByText('已将道路“待断路”拆分为 2 块')).toBeVisible()
  const pieces = await named(page.request, 'street', '待断路')
  expect(pieces).toHaveLength(2)
  const ends = pieces.map(({ geometry }) => (geometry.coordinates as Place[][])[0]!)
  expect(ends[0]!.some((a) => ends[1]!.some((b) => String(a) === String(b)))).toBe(true)

  await page.goto('about:blank')
  const again = await openFeature(page, 'street', street.id)
  await again.getByRole('button', { name: '合并', exact: true }).click()
  const other = pieces.find(({ id }) => id !== street.id)!
  await again.getByLabel('待断路', { exact: true }).first().check()
  await again.getByRole('button', { name: '合并这 2 个' }).click()
  await expect(again.getByText('已将 2 个要素合并')).toBeVisible()
  expect(await read(page.request, 'street', other.id)).toBeUndefined()
  const joined = await read(page.request, 'street', street.id)
  expect((joined?.geometry.coordinates as Place[][])[0]).toHaveLength(3)
  await remove(page.request, 'street', street.id)
})

test('a street is cut by a click on it, and a click beside it is told so', async ({ page }) => {
  const street = await write(page.request, 'street', { type: 'LineString', coordinates: [at(-8, 0), at(8, 0)] }, { name: '点断路', street_class: 'tertiary' })
  const panel = await openFeature(page, 'street', street.id)
  await panel.getByRole('button', { name: '断开', exact: true }).click()
  await clickAt(page, at(-4, 3))
  await expect(panel.getByText('请点在线上')).toBeVisible()
  await panel.getByRole('button', { name: '断开', exact: true }).click()
  await clickAt(page, at(-4, 0))
  await expect(panel.getByRole('heading', { name: '拆分为 2 块' })).toBeVisible()
  await panel.getByRole('button', { name: '取消' }).click()
  await expect(panel.getByRole('form', { name: '属性' })).toBeVisible()
  expect(await read(page.request, 'street', street.id), 'nothing was written').toMatchObject({ version: 1 })
  await remove(page.request, 'street', street.id)
})

test('features are copied to another layer with what is said of them, in one step that can be undone', async ({ page }) => {
  const one = await write(page.request, 'community', box(24, -6, 28, 6), { name: '抄录甲', code: 'CL-1', households: 3 })
  const other = await write(page.request, 'community', box(30, -6, 34, 6), { name: '抄录乙', code: 'CL-2' })
  const panel = await openEdit(page, '#map=17/30.1228/104.6527&mode=edit')
  await panel.getByRole('button', { name: '从其他图层复制…' }).click()
  await panel.getByLabel('来源图层', { exact: true }).selectOption({ label: '小区' })
  await panel.getByLabel('复制到', { exact: true }).selectOption({ label: '障碍' })
  await panel.getByLabel('抄录甲', { exact: true }).check()
  await clickAt(page, at(32, 0))
  await expect(panel.getByLabel('抄录乙', { exact: true })).toBeChecked()
  // Its kind is required and a community has none: one for all is asked for.
  const save = panel.getByRole('button', { name: '复制 2 个要素' })
  await expect(save).toBeDisabled()
  expect(await complaints(page), 'before copying').toEqual([])
  await panel.getByLabel('类别统一填写为').selectOption({ label: '围墙' })
  await save.click()
  await expect(panel.getByText('已将 2 个小区复制为障碍')).toBeVisible()
  const [copied] = await named(page.request, 'barrier', '抄录甲')
  expect(copied?.properties).toMatchObject({ name: '抄录甲', code: null, barrier_kind: 'wall' })
  expect(copied?.geometry).toEqual(one.geometry)
  expect(await named(page.request, 'barrier', '抄录乙')).toHaveLength(1)

  await panel.getByRole('button', { name: '撤销已保存的修改' }).click()
  await expect(panel.getByText('已撤销：')).toBeVisible()
  expect(await named(page.request, 'barrier', '抄录甲')).toEqual([])
  expect(await named(page.request, 'barrier', '抄录乙')).toEqual([])
  await remove(page.request, 'community', one.id)
  await remove(page.request, 'community', other.id)
})
