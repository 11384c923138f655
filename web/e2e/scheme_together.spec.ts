import { expect as told, test } from '@playwright/test'
import { complaints } from './axe'
import { drag } from './editing'
import { drawArea, EAST, editAs, openPrecincts, precinctsOf, schemeNamed, WEST } from './precincts'

// A busy machine draws slowly.
const expect = told.configure({ timeout: 15_000 })
// A flight of the map is a second in which nothing is tested.
test.use({ contextOptions: { reducedMotion: 'reduce' } })

test('two planners edit one scheme: each sees the other’s work, and what collides is shown and not lost', async ({ page, browser }) => {
  const headers = { 'pianqu-actor': encodeURIComponent('规划员乙') }
  const made = await page.request.post('/api/schemes', { headers, data: { name: '共编方案' } })
  expect(made.status()).toBe(201)
  const { scheme_id } = await schemeNamed(page.request, '共编方案')
  const outline = { type: 'Polygon', coordinates: [[...WEST, WEST[0]]] }
  await editAs(page.request, '规划员乙', scheme_id, [{ op: 'draw', about: { name: '西片区' }, outline }])

  const first = await openPrecincts(page, '规划员甲')
  await first.getByRole('button', { name: '共编方案' }).first().click()
  const other = await browser.newPage({ reducedMotion: 'reduce' })
  const second = await openPrecincts(other, '规划员乙')
  await second.getByRole('button', { name: '共编方案' }).first().click()
  await expect(first.getByRole('row').filter({ hasText: '西片区' })).toBeVisible()

  // What one draws, the other sees without doing anything.
  await second.getByRole('button', { name: '绘制片区' }).click()
  await second.getByLabel('名称', { exact: true }).fill('东片区')
  await drawArea(other, EAST)
  await second.getByRole('button', { name: '仍归原片区' }).click()
  await expect(first.getByRole('row').filter({ hasText: '东片区' })).toBeVisible()

  // A vertex of one precinct is moved here while the other planner, unseen, moves it there.
  await first.getByRole('row').filter({ hasText: '西片区' }).getByRole('button').click()
  await first.getByRole('button', { name: '移动边界' }).click()
  const now = (await precinctsOf(page.request, scheme_id))[0]
  const corner = now?.geometry.coordinates[0]?.[0]?.reduce((a, b) => (a[0]! + a[1]! < b[0]! + b[1]! ? a : b)) as [number, number]
  // Nothing of the colleague’s work comes through until mine is sent.
  let isBlind = true
  page.on('request', (request) => {
    if (request.url().endsWith('/edits')) isBlind = false
  })
  await page.route(`**/api/schemes/${scheme_id}/precincts`, (route) => (isBlind ? route.abort() : route.continue()))
  await editAs(page.request, '规划员乙', scheme_id, [{ op: 'describe', precinct_id: now?.id, about: { name: '老西门片区' } }])
  await drag(page, corner, [corner[0] - 0.0006, corner[1] - 0.0003])
  await expect(first.getByText('您的修改没有写入')).toBeVisible()
  await expect(first.getByRole('button', { name: '老西门片区' }).first(), 'theirs').toBeVisible()
  await expect(first.getByText('移动边界').last(), 'mine').toBeVisible()
  expect(await complaints(page), 'a conflict').toEqual([])
  await first.getByRole('button', { name: '在其基础上写入我的' }).click()
  await expect(first.getByText('已在对方修改的基础上写入')).toBeVisible()
  const after = (await precinctsOf(page.request, scheme_id))[0]
  expect(after?.properties.name, 'theirs holds').toBe('老西门片区')
  expect(after?.geometry.coordinates.flat(2), 'and so does mine').not.toContainEqual(corner)
  await other.close()
})
