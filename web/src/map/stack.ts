import type { LayerSpecification } from 'maplibre-gl'
import type { Language } from '../i18n'
import { groundLayers } from './stack_ground'
import { placeLayers } from './stack_places'
import { streetLayers } from './stack_streets'
import { utilityLayers } from './stack_utilities'

/** One drawn layer and the layer of the city whose switch in the list shows or hides it. */
export interface Drawn {
  of: string
  spec: LayerSpecification
}

/**
 * Everything drawn, from the ground up. This order is the only one. `crowded` layers have too many
 * features for their names to be read apart from the tiles.
 */
export function stack(language: Language, crowded: ReadonlySet<string>): Drawn[] {
  const streets = streetLayers()
  const places = placeLayers(language, crowded)
  return [
    ...groundLayers(),
    ...places.areas,
    ...streets.lines,
    ...places.boundaries,
    ...utilityLayers(),
    ...places.points,
    ...streets.labels,
    ...places.labels,
  ]
}

/** The layers of the city that are shown until somebody chooses otherwise. */
export const SHOWN_AT_FIRST = [
  'responsible_body',
  'subdistrict',
  'community',
  'building',
  'gate',
  'facility',
  'street',
  'barrier',
]

/** Of several features under a click the first of these comes first. */
export const CLICK_ORDER = [
  'candidate_site',
  'facility',
  'gate',
  'utility_work',
  'utility_line',
  'shared_trench',
  'community',
  'building',
  'street',
  'barrier',
  'precinct',
  'neighbourhood',
  'subdistrict',
  'responsible_body',
]

/** The zoom from which something of a layer is drawn. */
export function seenFrom(layer: string): number {
  const zooms = stack('zh', new Set())
    .filter(({ of, spec }) => of === layer && spec.type !== 'symbol')
    .map(({ spec }) => spec.minzoom ?? 0)
  return Math.min(...zooms)
}
