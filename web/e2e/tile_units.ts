import { expect, type APIRequestContext } from '@playwright/test'

export type Xy = [number, number]

export interface Tile {
  z: number
  x: number
  y: number
}

export interface Item {
  id: number
  geometry: Exclude<GeoJSON.Geometry, GeoJSON.GeometryCollection>
  properties: Record<string, unknown>
}

const UNITS = 4096

/** Web Mercator, as fractions of the world from its north-west corner. */
function worldOf([lon = 0, lat = 0]: GeoJSON.Position): Xy {
  const sine = Math.sin((lat * Math.PI) / 180)
  return [lon / 360 + 0.5, 0.5 - Math.atanh(sine) / (2 * Math.PI)]
}

/** A place in the units of a tile, unrounded. */
export function toUnits(at: GeoJSON.Position, tile: Tile): Xy {
  const [x, y] = worldOf(at)
  return [(x * 2 ** tile.z - tile.x) * UNITS, (y * 2 ** tile.z - tile.y) * UNITS]
}

/** Longitude and latitude of a place in the units of a tile. */
function fromUnits([x, y]: Xy, tile: Tile): Xy {
  const [u, v] = [(tile.x + x / UNITS) / 2 ** tile.z, (tile.y + y / UNITS) / 2 ** tile.z]
  return [(u - 0.5) * 360, (Math.atan(Math.sinh((0.5 - v) * 2 * Math.PI)) * 180) / Math.PI]
}

/** Lines, rings or points of a geometry. */
export function partsOf(geometry: Item['geometry']): GeoJSON.Position[][] {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates]]
    case 'MultiPoint':
      return geometry.coordinates.map((at) => [at])
    case 'LineString':
      return [geometry.coordinates]
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates
    case 'MultiPolygon':
      return geometry.coordinates.flat()
  }
}

/** The tile in which the first feature of a layer begins. */
export async function tileAround(request: APIRequestContext, layer: string, z: number): Promise<Tile> {
  const answer = await request.get(`/api/collections/${layer}/items`, { params: { limit: 1 } })
  const [item] = ((await answer.json()) as { features: Item[] }).features
  const first = item && partsOf(item.geometry)[0]?.[0]
  if (!first) throw new Error(`there is no ${layer}`)
  const [x, y] = worldOf(first)
  return { z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) }
}

/** Every feature of a layer that meets a tile widened by `margin` units. */
export async function itemsWithin(request: APIRequestContext, layer: string, tile: Tile, margin: number): Promise<Item[]> {
  const [west, south] = fromUnits([-margin, UNITS + margin], tile)
  const [east, north] = fromUnits([UNITS + margin, -margin], tile)
  const answer = await request.get(`/api/collections/${layer}/items`, {
    params: { bbox: [west, south, east, north].join(), limit: 10_000 },
  })
  expect(answer.ok(), await answer.text()).toBe(true)
  const page = (await answer.json()) as { features: Item[]; numberMatched: number }
  expect(page.features.length, 'one page holds them all').toBe(page.numberMatched)
  return page.features
}
