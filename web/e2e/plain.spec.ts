import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Map as LibreMap } from 'maplibre-gl'
import { search } from './page'

const library = dirname(createRequire(import.meta.url).resolve('maplibre-gl/dist/maplibre-gl.css'))

/** All that a page needs of us is the address of the TileJSON. */
const plainPage = (lon: number, lat: number) => `<!doctype html>
<style>body { margin: 0 } #map { height: 600px }</style>
<div id="map"></div>
<script type="module">
  import * as maplibregl from '/plain/maplibre-gl.mjs'
  maplibregl.setWorkerUrl('/plain/maplibre-gl-worker.mjs')
  window.plain = new maplibregl.Map({
    container: 'map',
    center: [${lon}, ${lat}],
    zoom: 15,
    style: {
      version: 8,
      sources: { pianqu: { type: 'vector', url: location.origin + '/tiles/community,street.json' } },
      layers: [
        { id: 'streets', source: 'pianqu', 'source-layer': 'street', type: 'line' },
        { id: 'communities', source: 'pianqu', 'source-layer': 'community', type: 'fill' },
      ],
    },
  })
  window.plain.on('error', (event) => console.error(event.error.message))
</script>`

test('a plain MapLibre page draws the city from the TileJSON alone', async ({ page }) => {
  const found = await search(page, 'rsysc')
  const [lon, lat] = found.center
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  await page.route('**/plain/*', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/plain/', '')
    return name === 'page'
      ? route.fulfill({ contentType: 'text/html', body: plainPage(lon, lat) })
      : route.fulfill({ contentType: 'text/javascript', path: join(library, name) })
  })
  await page.goto('/plain/page')
  await page.waitForFunction(() => {
    const map = (window as unknown as { plain?: LibreMap }).plain
    return map?.loaded() && map.areTilesLoaded()
  })
  const drawn = await page.evaluate(() => {
    const map = (window as unknown as { plain: LibreMap }).plain
    return map.queryRenderedFeatures().map(({ sourceLayer, id }) => `${sourceLayer} ${id}`)
  })
  expect(drawn).toContain(`${found.layer} ${found.id}`)
  expect(drawn.some((one) => one.startsWith('street '))).toBe(true)
  expect(errors).toEqual([])
})
