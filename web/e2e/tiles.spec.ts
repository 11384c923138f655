import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile'
import { expect, test } from '@playwright/test'
import { PbfReader } from 'pbf'
import { itemsWithin, partsOf, toUnits, tileAround, type Item, type Tile, type Xy } from './tile_units'

// The decoder is MapLibre's own, and shares no code with the program: what it reads must be what the
// features say.

const EXTENT = 4096
const BUFFER = 64
/** An area whose longer side is shorter is counted in its cell instead of drawn. */
const SMALLEST_AREA = 16
/** Rounding to the grid moves a vertex by 0.71 units at most. */
const TOLERANCE = 1

for (const zoom of [14, 15, 16, 18]) {
  test(`tiles of zoom ${zoom} decode to the features that the API tells`, async ({ request }) => {
    const layers = (await (await request.get('/api/layers')).json()) as { id: string; count: number }[]
    let compared = 0
    const faults: string[] = []
    for (const { id: layer } of layers.filter((one) => one.count > 0)) {
      const tile = await tileAround(request, layer, zoom)
      const answer = await request.get(`/tiles/${layer}/${tile.z}/${tile.x}/${tile.y}.mvt`)
      expect(answer.status(), layer).toBe(200)
      const decoded = new VectorTile(new PbfReader(await answer.body())).layers[layer]
      if (!decoded) throw new Error(`the tile has no ${layer}`)
      expect(decoded.extent).toBe(EXTENT)
      const items = new Map((await itemsWithin(request, layer, tile, BUFFER + 1)).map((item) => [item.id, item]))

      const ids = new Set<number>()
      for (let n = 0; n < decoded.length; n++) {
        const feature = decoded.feature(n)
        if (feature.properties['pq_count'] !== undefined) continue
        const item = items.get(feature.id ?? -1)
        const wrong = item ? [...otherProperties(feature, item), ...strayVertices(feature, item, tile)] : ['no such feature']
        if (ids.has(feature.id ?? -1)) wrong.push('comes twice')
        ids.add(feature.id ?? -1)
        faults.push(...wrong.map((what) => `${layer} ${feature.id}: ${what}`))
        compared++
      }
      for (const item of items.values()) {
        if (ids.has(item.id) || !hasVertexInside(item, tile)) continue
        const isSmall = item.geometry.type.endsWith('Polygon') && longerSide(item, tile) < SMALLEST_AREA + TOLERANCE
        if (!isSmall) faults.push(`${layer} ${item.id}: is missing`)
      }
    }
    expect(faults.slice(0, 20)).toEqual([])
    expect(compared, 'something was compared').toBeGreaterThan(20)
  })
}

/** What the tile says otherwise than the feature; a tile may leave properties out. */
function otherProperties(feature: VectorTileFeature, item: Item): string[] {
  return Object.entries(feature.properties)
    .filter(([name, value]) => value !== item.properties[name])
    .map(([name, value]) => `${name} is ${value} and not ${String(item.properties[name])}`)
}

/** Vertices of one that do not lie on the other, as far as both are inside the tile. */
function strayVertices(feature: VectorTileFeature, item: Item, tile: Tile): string[] {
  const source = partsOf(item.geometry).map((part) => part.map((at) => toUnits(at, tile)))
  const drawn = feature.loadGeometry().map((part) => part.map(({ x, y }): Xy => [x, y]))
  // Beyond the buffer the tile's shape is cut: only what lies within it can agree.
  const strayDrawn = drawn.flat().filter((at) => isWithin(at, BUFFER - 1) && distance(at, source) > TOLERANCE)
  const straySource = source.flat().filter((at) => isWithin(at, 0) && distance(at, drawn) > TOLERANCE)
  return [...strayDrawn.map((at) => `drawn at ${at}`), ...straySource.map((at) => `not drawn at ${at}`)]
}

const isWithin = ([x, y]: Xy, margin: number) => x > -margin && x < EXTENT + margin && y > -margin && y < EXTENT + margin

const hasVertexInside = (item: Item, tile: Tile) =>
  partsOf(item.geometry).some((part) => part.some((at) => isWithin(toUnits(at, tile), -TOLERANCE)))

function longerSide(item: Item, tile: Tile): number {
  const all = partsOf(item.geometry).flat().map((at) => toUnits(at, tile))
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)]
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys))
}

/** From a place to the nearest of the lines, rings or points. */
function distance([px, py]: Xy, parts: Xy[][]): number {
  let nearest = Infinity
  for (const part of parts) {
    for (const [n, [ax, ay]] of part.entries()) {
      const [bx, by] = part[n + 1] ?? [ax, ay]
      const square = (bx - ax) ** 2 + (by - ay) ** 2
      const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square))
      nearest = Math.min(nearest, Math.hypot(px - ax - t * (bx - ax), py - ay - t * (by - ay)))
    }
  }
  return nearest
}
