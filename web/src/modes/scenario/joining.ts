import { api } from '../../api/client'
import type { Modification } from '../../api/analysis'
import { SnapIndex, type Target } from '../../geometry/snapping'

type Place = [number, number]

/** A street this near to an end of a drawn way is where that is meant to begin. */
export const JOIN_M = 15
/** How exact a hand is. */
const HAND_M = 2
const METRES_PER_DEGREE = 40_075_016.686 / 360
/** Streets within [`JOIN_M`] of one place; no crossing has more. */
const MOST_STREETS = 1000

/** A drawn way with its ends upon the streets near them: walks join where lines meet, to 10 cm, and no hand draws so. */
export async function joined(line: Place[], isBridge: boolean, list: readonly Modification[]): Promise<{ line: Place[]; looseEnds: number }> {
  const own = list.flatMap((one, n): Target[] => (one.kind === 'add_street' ? [{ layer: 'street', id: -n - 1, geometry: { type: 'LineString', coordinates: one.line } }] : []))
  const ends = await Promise.all([line[0]!, line.at(-1)!].map((end) => joinedEnd(end, isBridge, own)))
  const [first, last] = ends
  return {
    line: [first ?? line[0]!, ...line.slice(1, -1), last ?? line.at(-1)!],
    looseEnds: ends.filter((end) => !end).length,
  }
}

async function joinedEnd([lon, lat]: Place, isBridge: boolean, own: Target[]): Promise<Place | undefined> {
  const north = JOIN_M / METRES_PER_DEGREE
  const east = north / Math.cos((lat * Math.PI) / 180)
  const page = await api.features('street', [lon - east, lat - north, lon + east, lat + north], MOST_STREETS, undefined, new AbortController().signal)
  const streets = page.features.filter(({ properties }) => isJoined(properties, isBridge)).map(({ id, geometry }): Target => ({ layer: 'street', id, geometry }))
  const index = new SnapIndex([...streets, ...own])
  // Step by step: a vertex goes before an edge only where both are as near as a hand is exact.
  for (let m = HAND_M; m <= JOIN_M; m += 1) {
    const found = index.find([lon, lat], m / METRES_PER_DEGREE)
    if (found) return [found.at[0], found.at[1]]
  }
  return undefined
}

/** Whether a way may end upon a street: one that is walked, and from the ground no bridge or tunnel. */
function isJoined(street: Record<string, unknown>, isBridge: boolean): boolean {
  const isWalked = street['is_walkable'] === true || (street['is_walkable'] !== false && street['street_class'] !== 'expressway')
  return isWalked && (isBridge || (street['is_bridge'] !== true && street['is_tunnel'] !== true))
}
