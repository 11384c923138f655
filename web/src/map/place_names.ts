import { api } from '../api/client'
import { labelPoint } from './label_point'

/** Layers whose areas are wide or few: each has one name on the map, wherever tiles are cut. */
export const NAMED_ONCE = ['responsible_body', 'subdistrict', 'neighbourhood', 'community'] as const

/** Above this many features a layer's names come from its tiles: a download would weigh too much. */
export const MOST_NAMED = 5000

export interface PlaceName {
  layer: string
  code: string | undefined
  name: string
  households: number
  /** Well inside the area: the place farthest from its edges. */
  at: [number, number]
}

/** The names of a layer's areas with a place for each. */
export async function readPlaceNames(layer: string, properties: string): Promise<PlaceName[]> {
  const names: PlaceName[] = []
  for await (const page of api.allFeatures(layer, properties)) {
    for (const { geometry, properties } of page) {
      const name = properties['name']
      if (geometry.type !== 'MultiPolygon' || typeof name !== 'string') continue
      names.push({
        layer,
        name,
        code: typeof properties['code'] === 'string' ? properties['code'] : undefined,
        households: Number(properties['households'] ?? 0),
        at: labelPoint(geometry.coordinates),
      })
    }
  }
  return names
}
