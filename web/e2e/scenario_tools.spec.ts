import { expect as told, test, type Page } from '@playwright/test'
import { ask } from './analysis'
import { complaints } from './axe'
import { clickAt, read, remove, write, type Stored } from './editing'
import { atRest, open } from './page'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 20_000 })
test.use({ contextOptions: { reducedMotion: 'reduce' } })

type Place = [number, number]
interface Modification {
  kind: string
  gate_id?: number
  line?: Place[]
  is_bridge?: boolean
  capacity?: number
}
interface Coverage {
  results: { facilities_too_small: number; city: { not_reached: { households: number } } }[]
}

const RULE = 'health_station'
const panel = (page: Page) => page.getByRole('region', { name: '设施覆盖' })
const figures = (page: Page) => page.getByTestId('scenario-figures')
const list = (page: Page) => panel(page).locator('ol').getByRole('listitem')

/** South and north of a river without a bridge, far from the sample city: houses on one bank, a health station on the other. */
const at = (east: number, north: number): Place => [104.9 + east / 96_440, 30.3 + north / 110_863]
const square = (east: number, north: number, side: number) => {
  const [a, b, c, d] = [at(east, north), at(east + side, north), at(east + side, north + side), at(east, north + side)]
  return { type: 'Polygon', coordinates: [[a, b, c, d, a]] }
}
const line = (...places: Place[]) => ({ type: 'LineString', coordinates: places })

/** Puts a hamlet there; all of it goes away with the test. */
async function hamlet(page: Page): Promise<{ made: [string, Stored][]; gate: Stored }> {
  const made: [string, Stored][] = []
  const put = async (layer: string, geometry: object, properties: object) => {
    const stored = await write(page.request, layer, geometry, properties)
    made.push([layer, stored])
    return stored
  }
  await put('street', line(at(-200, -40), at(200, -40)), { street_class: 'residential' })
  await put('street', line(at(-200, 90), at(200, 90)), { street_class: 'residential' })
  await put('barrier', line(at(-400, 30), at(400, 30)), { barrier_kind: 'river' })
  await put('community', square(-60, -120, 60), { name: '情景试验小区', code: 'SCEN-1' })
  const gate = await put('gate', { type: 'Point', coordinates: at(-30, -60) }, { name: '北门', is_open: false, community_code: 'SCEN-1' })
  await put('gate', { type: 'Point', coordinates: at(-60, -90) }, { name: '西门', is_open: true, community_code: 'SCEN-1' })
  await put('building', square(-40, -100, 12), { community_code: 'SCEN-1', households: 77 })
  const station = await put('facility', { type: 'Point', coordinates: at(-30, 100) }, { name: '试验卫生站', facility_kind: RULE, is_open: true, building_area_m2: 10 })
  await expect.poll(async () => (await read(page.request, 'facility', station.id))?.id, 'all of it is served').toBe(station.id)
  return { made, gate }
}

test('a gate is opened, a footbridge built, a facility resized; the scenario is kept, opened again and deleted', async ({ page }) => {
  test.setTimeout(180_000)
  const { made, gate } = await hamlet(page)
  const asked: Modification[][] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/analysis/coverage') && request.method() === 'POST') {
      asked.push((request.postDataJSON() as { modifications?: Modification[] }).modifications ?? [])
    }
  })
  const answers = async (modifications: Modification[]) =>
    (await ask<Coverage>(page, 'coverage', { rules: [RULE], steps: [], most_gaps: 0, modifications })).results[0]!
  try {
    const [lon, lat] = at(-30, 0)
    await open(page, `#map=17.2/${lat}/${lon - 0.0012}`)
    await page.keyboard.press('c')
    await panel(page).getByRole('group', { name: '结果' }).getByRole('button', { name: '情景' }).click()
    await panel(page).getByRole('button', { name: '新建情景' }).click()
    await expect(panel(page).getByRole('heading', { name: '楼栋到最近设施的步行距离' })).toBeVisible()
    const before = await answers([])

    // The closed gate is opened by a click; a second click makes it again what it is.
    const turn = async () => {
      await panel(page).getByRole('button', { name: '开闭出入口' }).click()
      await clickAt(page, at(-30, -60))
    }
    await atRest(page)
    await turn()
    await expect(list(page)).toHaveText([new RegExp(`打开出入口 ${gate.id}`)])
    await expect.poll(() => asked.at(-1)).toEqual([{ kind: 'open_gate', gate_id: gate.id }])
    await turn()
    await expect(list(page)).toHaveCount(0)
    await turn()
    await expect(list(page)).toHaveCount(1)

    // A way that ends in the open joins nothing, which is said.
    await panel(page).getByRole('button', { name: '画步行道' }).click()
    for (const place of [at(40, -40), at(60, -90), at(60, -90)]) await clickAt(page, place)
    await expect(panel(page).getByText('有 1 端在 15 米内没有可步行的道路')).toBeVisible()
    await panel(page).getByRole('button', { name: '撤销' }).click()
    await expect(list(page)).toHaveCount(1)

    // The river stands between: nobody is gained until there is a bridge.
    await expect(figures(page)).toContainText('新增可达 0 户')
    await panel(page).getByRole('button', { name: '画人行天桥' }).click()
    for (const place of [at(-30, -40), at(-30, 90), at(-30, 90)]) await clickAt(page, place)
    await expect(list(page)).toHaveText([/打开出入口/, /新建人行天桥/])
    await expect.poll(() => asked.at(-1)?.[1]).toMatchObject({ kind: 'add_street', is_bridge: true })
    const bridge = asked.at(-1)![1]!.line!
    expect([bridge[0]![1], bridge.at(-1)![1]], 'its ends lie on the streets, which no click is exact enough for').toEqual([at(0, -40)[1], at(0, 90)[1]])
    await expect(figures(page)).toContainText('新增可达 77 户')
    const modifications = asked.at(-1)!
    const bridged = await answers(modifications)
    expect(before.city.not_reached.households - bridged.city.not_reached.households).toBeCloseTo(77, 6)

    // A facility is taken and made larger: it was too small and is not any more.
    await clickAt(page, at(-30, 100))
    const chosen = panel(page).getByRole('region', { name: '选中的设施' })
    await expect(chosen).toContainText('试验卫生站')
    await expect(chosen.getByLabel('建筑面积（平方米）')).toHaveValue('10')
    await chosen.getByLabel('建筑面积（平方米）').fill('900')
    await chosen.getByRole('button', { name: '改规模' }).click()
    await expect(list(page).last()).toHaveText(/“试验卫生站”改规模：建筑面积 900 平方米/)
    await expect.poll(() => asked.at(-1)).toHaveLength(3)
    const larger = await answers(asked.at(-1)!)
    expect(larger.facilities_too_small).toBe(bridged.facilities_too_small - 1)

    // Kept, left, opened again as it was, and deleted.
    const name = `桥 ${Date.now()}`
    await panel(page).getByLabel('情景名称').fill(name)
    await panel(page).getByRole('button', { name: '保存', exact: true }).click()
    await expect(panel(page).getByText('已保存（第 1 版）')).toBeVisible()
    await panel(page).getByRole('button', { name: '退出情景' }).click()
    await expect(list(page)).toHaveCount(0)
    const stored = panel(page).getByRole('listitem').filter({ hasText: name })
    await expect(stored).toContainText('3 项修改')
    await stored.getByRole('button', { name: '打开' }).click()
    await expect(list(page)).toHaveText([/打开出入口/, /新建人行天桥/, /改规模/])
    await expect(figures(page)).toContainText('新增可达 77 户')
    expect(await complaints(page)).toEqual([])
    await stored.getByRole('button', { name: '删除' }).click()
    await stored.getByRole('button', { name: '确认删除' }).click()
    await expect(stored).toHaveCount(0)
    const kept = (await (await page.request.get('/api/scenarios')).json()) as { name: string }[]
    expect(kept.map((one) => one.name)).not.toContain(name)
    // What is worked on is still there, and is told not to be kept any more.
    await expect(list(page)).toHaveCount(3)
    await expect(panel(page).getByText('有未保存的修改')).toBeVisible()
  } finally {
    for (const [layer, { id }] of made.reverse()) await remove(page.request, layer, id)
  }
})
