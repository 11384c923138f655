import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { basemapOf } from './basemap_names'
import { PRECINCT_SOURCE as source } from './source_names'

const ink = '#24231f'
const colour: ExpressionSpecification = ['get', 'colour']
const is = (what: string): ExpressionSpecification => ['==', ['get', 'what'], what]
const draft = (isDraft: boolean): ExpressionSpecification => ['all', is('precinct'), ['==', ['get', 'is_draft'], isDraft]]
const edge = (isDraft: boolean): LayerSpecification => ({
  id: isDraft ? 'precincts-edge-draft' : 'precincts-edge',
  type: 'line',
  source,
  filter: draft(isDraft),
  layout: { 'line-join': 'round' },
  paint: {
    'line-color': colour,
    'line-width': ['case', ['get', 'is_chosen'], 4.5, 2.5],
    ...(isDraft ? { 'line-dasharray': [3, 1.6] } : {}),
  },
})

/** Communities that can be dragged into another precinct, and vertices of a border. */
export const COMMUNITY_GRIP = ['precincts-community']
export const VERTEX_GRIP = ['precincts-vertex']

/**
 * What is drawn with the precincts among it: their areas and edges beneath whatever stands at a place or is written, so
 * that names keep their contrast; their own marks and names above.
 */
export function withPrecincts(layers: LayerSpecification[]): LayerSpecification[] {
  const isMark = ({ type }: LayerSpecification) => type === 'circle' || type === 'symbol'
  const first = layers.findIndex((layer) => isMark(layer) && !basemapOf(layer.id))
  const place = first < 0 ? layers.length : first
  const own = precinctLayers()
  return [...layers.slice(0, place), ...own.filter((layer) => !isMark(layer)), ...layers.slice(place), ...own.filter(isMark)]
}

/** The precincts of a scheme with their communities, or those of a proposal. */
function precinctLayers(): LayerSpecification[] {
  return [
    {
      id: 'precincts-fill',
      type: 'fill',
      source,
      filter: is('precinct'),
      paint: { 'fill-color': colour, 'fill-opacity': ['case', ['get', 'is_chosen'], 0.3, 0.16] },
    },
    {
      id: 'precincts-community',
      type: 'fill',
      source,
      filter: is('community'),
      paint: { 'fill-color': colour, 'fill-opacity': ['case', ['get', 'is_chosen'], 0.8, ['get', 'is_none'], 0.18, 0.45], 'fill-outline-color': ink },
    },
    edge(false),
    edge(true),
    {
      id: 'precincts-link',
      type: 'line',
      source,
      filter: is('link'),
      paint: { 'line-color': ink, 'line-width': 2, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'precincts-mine',
      type: 'line',
      source,
      filter: is('mine'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': '#8a1fb8', 'line-width': 3, 'line-dasharray': [1.5, 1.5] },
    },
    {
      id: 'precincts-community-chosen',
      type: 'line',
      source,
      filter: ['all', is('community'), ['get', 'is_chosen']],
      paint: { 'line-color': ink, 'line-width': 3 },
    },
    {
      id: 'precincts-place',
      type: 'circle',
      source,
      filter: is('place'),
      paint: { 'circle-radius': 9, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': '#8c1d18', 'circle-stroke-width': 3 },
    },
    {
      id: 'precincts-vertex',
      type: 'circle',
      source,
      filter: is('vertex'),
      paint: {
        'circle-radius': ['case', ['get', 'is_shared'], 6, 4.5],
        'circle-color': '#ffffff',
        'circle-stroke-color': colour,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'precincts-sign',
      type: 'symbol',
      source,
      filter: is('sign'),
      layout: {
        'text-field': ['get', 'sign'],
        'text-size': 13,
        // Above the name, as soon as communities are large enough to hold both.
        'text-offset': ['step', ['zoom'], ['literal', [0, 0]], 15.5, ['literal', [0, -1.5]]],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': '#ffffff', 'text-halo-color': colour, 'text-halo-width': 2.2 },
    },
    {
      id: 'precincts-label',
      type: 'symbol',
      source,
      filter: is('label'),
      layout: {
        'text-field': ['format', ['get', 'name'], {}, '\n', {}, ['get', 'under'], { 'font-scale': 0.82 }],
        'text-size': ['interpolate', ['linear'], ['zoom'], 11, 12, 15, 16],
        'text-max-width': 9,
      },
      paint: { 'text-color': ink, 'text-halo-color': '#fffdf9', 'text-halo-width': 2 },
    },
  ]
}
