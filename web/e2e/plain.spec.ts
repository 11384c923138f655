import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Map as LibreMap } from 'maplibre-gl'
import { search } from './page'

const library = dirname(createRequire(import.meta.url).resolve('maplibre-gl/dist/maplibre-gl.css'))

/** All that a page needs of us is the address of the TileJSON. */
const plainPage = (server: string, lon: number, lat: number) => `<!doctype html>
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
      sources: { pianqu: { type: 'vector', url: '${server}/tiles/community,street.json' } },
      layers: [
        { id: 'streets', source: 'pianqu', 'source-layer': 'street', type: 'line' },
        { id: 'communities', source: 'pianqu', 'source-layer': 'community', type: 'fill' },
      ],
    },
  })
  window.plain.on('error', (event) => console.error(event.error.message))
</script>`

test('a plain MapLibre page of another origin draws the city from the TileJSON alone', async ({ page, baseURL }) => {
  const found = await search(page, 'rsysc')
  const [lon, lat] = found.center
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  // A server of its own: another origin, that knows nothing of ours but an address.
  const elsewhere = createServer((request, response) => {
    const name = request.url?.replace('/plain/', '') ?? ''
    if (name === 'page') response.setHeader('content-type', 'text/html').end(plainPage(baseURL ?? '', lon, lat))
    else if (/^[a-z-]+\.mjs$/.test(name)) {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(join(library, name)))
    } else response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  const { port } = elsewhere.address() as AddressInfo
  await page.goto(`http://127.0.0.1:${port}/plain/page`)
  await page.waitForFunction(() => {
    const map = (window as unknown as { plain?: LibreMap }).plain
    return map?.loaded() && map.areTilesLoaded()
  })
  const drawn = await page.evaluate(() => {
    const map = (window as unknown as { plain: LibreMap }).plain
    return map.queryRenderedFeatures().map(({ sourceLayer, id }) => `${sourceLayer} ${id}`)
  })
  elsewhere.close()
  expect(errors).toEqual([])
  expect(drawn).toContain(`${found.layer} ${found.id}`)
  expect(drawn.some((one) => one.startsWith('street '))).toBe(true)
})
