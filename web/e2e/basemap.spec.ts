import { writeFile } from 'node:fs/promises'
import { expect, test, type Page } from '@playwright/test'
import { complaints } from './axe'
import { atRest, drawn, open } from './page'
import { pmtilesOfOneTile, tileOfOneArea } from './pmtiles_file'

/** A picture of a few pixels, magenta: nothing of ours is. */
const MAGENTA = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEUlEQVR4nGP4z/AfjhiI4wAAPSEf4dghpuIAAAAASUVORK5CYII=',
  'base64',
)
/** As scripts/with-server sets them up. */
const TILES = 'http://tiles.test/**'
const PMTILES = process.env['PIANQU_TEST_PMTILES'] ?? ''

test.describe.configure({ timeout: 90_000 })

const choice = (page: Page) => page.getByRole('combobox', { name: '底图' })

/** Answers for the tile server that is not there; tells what was asked. */
async function serveTiles(page: Page): Promise<string[]> {
  const asked: string[] = []
  await page.route(TILES, async (route) => {
    asked.push(`${route.request().url()} ${route.request().headers()['referer'] ?? ''}`)
    await route.fulfill({ body: MAGENTA, contentType: 'image/png', headers: { 'access-control-allow-origin': '*' } })
  })
  return asked
}

/** The colour of the map in a place where the city draws nothing. */
async function colour(page: Page): Promise<[number, number, number]> {
  return page.evaluate(
    () =>
      new Promise<[number, number, number]>((resolve) => {
        const map = window.__pianqu?.map as unknown as { once(event: string, act: () => void): void; triggerRepaint(): void; getCanvas(): HTMLCanvasElement }
        map.once('render', () => {
          const gl = map.getCanvas().getContext('webgl2')
          const pixel = new Uint8Array(4)
          gl?.readPixels(700, 300, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
          resolve([pixel[0] ?? 0, pixel[1] ?? 0, pixel[2] ?? 0])
        })
        map.triggerRepaint()
      }),
  )
}

const NOWHERE = '#map=14/31.5/106.5'

test('no basemap is on, and nothing outside is asked, until somebody chooses one', async ({ page }) => {
  const outside: string[] = []
  page.on('request', (request) => {
    const { origin } = new URL(request.url())
    const isOurs = request.url().startsWith(process.env['PIANQU_URL'] ?? 'http://127.0.0.1') && !request.url().includes('/basemaps/')
    if (!isOurs && !/^(blob|data):/.test(request.url())) outside.push(origin)
  })
  await open(page, '#map=14/30.12/104.65')
  await expect(choice(page)).toHaveValue('')
  await page.mouse.wheel(0, -300)
  await atRest(page)
  expect(outside).toEqual([])
})

test('pictures lie beneath the city, fade, and go away; whose they are is said', async ({ page }) => {
  const asked = await serveTiles(page)
  await open(page, NOWHERE)
  const land = await colour(page)
  await choice(page).selectOption({ label: '试验影像' })
  await expect(page.getByText('© 试验影像局')).toBeVisible()
  await page.getByLabel('不透明度').fill('1')
  await atRest(page)
  await expect.poll(() => colour(page)).toEqual([255, 0, 255])
  expect(asked.length).toBeGreaterThan(0)
  // Neither the viewer nor the place goes to others.
  expect(asked.filter((url) => url.includes('viewer=') || url.includes('#') || url.includes('127.0.0.1'))).toEqual([])
  await page.getByLabel('不透明度').fill('0.5')
  await expect.poll(async () => (await colour(page))[1]).toBeGreaterThan(100)
  await page.getByRole('button', { name: 'Switch to English' }).click()
  await atRest(page)
  await expect.poll(async () => (await colour(page))[1]).toBeLessThan(200)
  await page.getByRole('combobox', { name: 'Basemap' }).selectOption('')
  await expect(page.getByText('© 试验影像局')).toHaveCount(0)
  await expect.poll(() => colour(page)).toEqual(land)
})

test('the city is drawn above the basemap, and clicks find it', async ({ page }) => {
  await serveTiles(page)
  await open(page, '#map=15/30.12/104.65')
  const before = await drawn(page)
  await choice(page).selectOption({ label: '试验影像' })
  await atRest(page)
  const after = await drawn(page)
  expect(after['community']).toBe(before['community'])
  expect(after['community'] ?? 0).toBeGreaterThan(0)
  expect(await complaints(page)).toEqual([])
})

test('PMTiles of the server are read in ranges and drawn in grey', async ({ page }) => {
  test.skip(PMTILES === '', 'scripts/with-server says where the file lies')
  await writeFile(PMTILES, pmtilesOfOneTile(tileOfOneArea('land'), 'mvt', 'land'))
  const ranges: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/basemaps/')) ranges.push(request.headers()['range'] ?? 'the whole')
  })
  await open(page, NOWHERE)
  const land = await colour(page)
  await choice(page).selectOption({ label: '试验街道' })
  await expect(page.getByText('© 试验街道')).toBeVisible()
  await page.getByLabel('不透明度').fill('1')
  await expect.poll(async () => (await colour(page)).join()).not.toBe(land.join())
  const [r, g, b] = await colour(page)
  expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(12)
  expect(ranges.length).toBeGreaterThan(0)
  expect(ranges.filter((range) => !/^bytes=\d+-\d+$/.test(range))).toEqual([])
})

test('without the internet the map goes on and says why it is blank', async ({ page }) => {
  await page.route(TILES, (route) => route.abort('internetdisconnected'))
  await open(page, '#map=15/30.12/104.65')
  await choice(page).selectOption({ label: '试验影像' })
  await expect(page.getByText('底图没有取到')).toBeVisible()
  await atRest(page)
  expect((await drawn(page))['community'] ?? 0).toBeGreaterThan(0)
  await page.unroute(TILES)
  await serveTiles(page)
  await page.goto('/#map=15/30.13/104.66')
  await expect(page.getByText('底图没有取到')).toHaveCount(0)
})

test('a sheet names its basemap and has it beneath the city', async ({ page }) => {
  await serveTiles(page)
  await open(page, NOWHERE)
  await choice(page).selectOption({ label: '试验影像' })
  await page.getByLabel('不透明度').fill('1')
  await page.getByRole('button', { name: '打印', exact: true }).click()
  const panel = page.getByRole('region', { name: '打印地图' })
  await panel.getByLabel('分辨率').selectOption('150')
  const coming = page.waitForEvent('download', { timeout: 60_000 })
  await panel.getByRole('button', { name: '保存 PNG' }).click()
  await coming
  const told = await page.evaluate(() => {
    const { canvas, credits, layout } = (window as unknown as {
      __pianquSheet: { canvas: HTMLCanvasElement; credits: string[]; layout: { page: { w: number }; map: { x: number; y: number; w: number; h: number } } }
    }).__pianquSheet
    const px = canvas.width / layout.page.w
    const { x, y, w, h } = layout.map
    const pixel = canvas.getContext('2d')?.getImageData((x + w / 2) * px, (y + h / 2) * px, 1, 1).data
    return { credits, pixel: [...(pixel ?? [])].slice(0, 3) }
  })
  expect(told.credits).toContain('底图：© 试验影像局')
  expect(told.pixel).toEqual([255, 0, 255])
})

test('the public has no basemap that is not for it', async ({ page }) => {
  await serveTiles(page)
  await open(page, '#map=14/30.12/104.65')
  await choice(page).selectOption({ label: '试验影像' })
  await page.getByRole('button', { name: '公众视角' }).click()
  await expect(choice(page)).toHaveCount(0)
  await expect(page.getByText('© 试验影像局')).toHaveCount(0)
})
