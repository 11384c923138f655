import type { ReachAnswer } from '../../api/analysis'
import type { Feature } from '../../api/client'
import type { Origin } from './reaching.svelte'

/** Facilities, reached area and streets as features of the map's own source. */
export function drawnFeatures(
  facilities: Feature[],
  reached: ReachAnswer['results'][number] | undefined,
  origin: Origin | undefined,
): GeoJSON.FeatureCollection {
  const drawn = (what: string, geometry: unknown): GeoJSON.Feature => ({
    type: 'Feature',
    geometry: geometry as GeoJSON.Geometry,
    properties: { what },
  })
  const features = facilities.map(({ geometry }) => drawn('facility', geometry))
  if (reached?.area) features.push(drawn('area', reached.area))
  if (reached?.streets) features.push(drawn('streets', reached.streets))
  if (origin?.at) features.push(drawn('origin', { type: 'Point', coordinates: origin.at }))
  return { type: 'FeatureCollection', features }
}
