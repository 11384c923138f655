import { expect, test } from '@playwright/test'
import { complaints } from './axe'
import { drawn, open, pixel, search } from './page'

test('axe finds nothing, with every panel open in turn', async ({ page }) => {
  const found = await search(page, 'rsysc')
  await open(page, `#map=16.5/${found.center[1]}/${found.center[0]}&at=${found.layer}/${found.id}`)
  await expect(page.getByRole('heading', { name: found.label, exact: true })).toBeVisible()
  await page.keyboard.press('t')
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  expect(await complaints(page), 'layers, details and table').toEqual([])
  await page.keyboard.press('s')
  expect(await complaints(page), 'statistics').toEqual([])
  await page.keyboard.press('m')
  expect(await complaints(page), 'measuring').toEqual([])
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: '键盘快捷键' })).toBeVisible()
  expect(await complaints(page), 'help').toEqual([])
})

test('nothing is asked of any other host, and the policy forbids nothing that the page does', async ({ page }) => {
  const foreign: string[] = []
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== new URL(page.url()).origin && page.url() !== 'about:blank') {
      foreign.push(request.url())
    }
  })
  await open(page)
  await page.getByRole('button', { name: '放大' }).click()
  await page.keyboard.press('t')
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  expect(foreign).toEqual([])
  expect(errors).toEqual([])
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true })

  test('the map has the screen and panels come from below', async ({ page }) => {
    await open(page)
    expect((await drawn(page))['community'] ?? 0).toBeGreaterThan(0)
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(390)
    for (const [button, title] of [['图层', '图层'], ['区域统计', '区域统计'], ['属性表', '属性表']] as const) {
      await page.getByRole('button', { name: button, exact: true }).tap()
      const heading = page.getByRole('heading', { name: title, exact: true })
      await expect(heading).toBeVisible()
      const box = await heading.boundingBox()
      expect(box?.y ?? 0, title).toBeGreaterThan(844 * 0.3)
      await page.getByRole('button', { name: button, exact: true }).tap()
      await expect(heading).toBeHidden()
    }
    expect(await complaints(page)).toEqual([])
  })

  test('a feature that a link shows lies above its card', async ({ page }) => {
    const found = await search(page, 'rsysc')
    await open(page, `#map=16.5/${found.center[1]}/${found.center[0]}&at=${found.layer}/${found.id}`)
    const card = page.getByRole('region', { name: found.label, exact: true })
    await expect(card).toBeVisible()
    const top = (await card.boundingBox())?.y ?? 0
    expect(top).toBeGreaterThan(300)
    await expect.poll(async () => (await pixel(page, found.center)).y).toBeLessThan(top - 20)
    expect((await pixel(page, found.center)).y, 'and below the upper edge').toBeGreaterThan(80)
    expect(await complaints(page)).toEqual([])
  })
})
