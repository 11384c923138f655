import type { SymbolLayerSpecification } from 'maplibre-gl'
import { all, single } from './expressions'
import { boundary, community, ground } from './palette'
import { NAMES_SOURCE } from './source_names'
import type { Drawn } from './stack'
import { sourceOf } from './tiles_of'

interface Style {
  of: string
  colour: string
  size: NonNullable<SymbolLayerSpecification['layout']>['text-size']
  minzoom: number
  maxzoom: number
  spacing: number
}

const STYLES: Style[] = [
  {
    of: 'community',
    colour: community.label,
    size: ['interpolate', ['linear'], ['zoom'], 14, 11, 17, 14],
    minzoom: 14,
    maxzoom: 24,
    spacing: 0,
  },
  { of: 'neighbourhood', colour: '#6c6288', size: 11.5, minzoom: 13, maxzoom: 16, spacing: 0.1 },
  { of: 'subdistrict', colour: '#66598a', size: 14, minzoom: 11, maxzoom: 15, spacing: 0.15 },
  { of: 'responsible_body', colour: boundary.body, size: 16, minzoom: 0, maxzoom: 12.5, spacing: 0.12 },
]

/**
 * Names of areas, one each; of `crowded` layers those that the tiles carry. The larger a community,
 * the sooner it keeps its name where names collide.
 */
export function nameLayers(crowded: ReadonlySet<string>): Drawn[] {
  return STYLES.map((style) => ({
    of: style.of,
    spec: {
      id: `${style.of}-label`,
      type: 'symbol',
      ...(crowded.has(style.of)
        ? { source: sourceOf(style.of), 'source-layer': style.of, filter: all(single, ['has', 'name']) }
        : { source: NAMES_SOURCE, filter: ['==', ['get', 'layer'], style.of] }),
      minzoom: style.minzoom,
      maxzoom: style.maxzoom,
      layout: {
        'text-field': ['get', 'name'],
        'text-size': style.size,
        'text-letter-spacing': style.spacing,
        'text-max-width': 7,
        'text-padding': 4,
        'symbol-sort-key': ['-', 0, ['coalesce', ['get', 'households'], 0]],
      },
      paint: { 'text-color': style.colour, 'text-halo-color': ground.halo, 'text-halo-width': 1.8 },
    } as SymbolLayerSpecification,
  }))
}
