import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { byCode, byZoom } from './expressions'
import { selection, utilityColours } from './palette'
import { TRENCH_SOURCE as source } from './source_names'

const ink = '#24231f'
const warning = '#a3174f'
/** Streets that are open, and such as may not be opened: light and dark, and dashed, so that print tells them apart. */
export const STREET_STATES = { open: '#f0b84a', protected: '#7a6bab' } as const

/** Trenches of a plan that is kept, where they are agreed or not; the list has a sign for each too. */
export const TRENCH_STATES = { agreed: '#2b7034', refused: '#a3174f', withdrawn: '#a39a8b' } as const

/** Dashes, in widths of the line, for kinds whose colours a colour-blind reader or a printer may take for each other. */
export const DASHES: Record<string, number[]> = {
  reclaimed_water: [4, 1],
  storm_sewer: [3, 1.2],
  foul_sewer: [6, 1.2],
  combined_sewer: [6, 1.2, 1, 1.2],
  gas: [2, 1],
  heat: [4, 1, 1, 1],
  power: [1.2, 0.8],
  street_light: [0.6, 1],
  telecom: [3, 0.8, 0.8, 0.8],
  broadcast: [1.6, 1.6],
  industrial: [5, 2],
  unknown: [1, 2],
}

const is = (what: string): ExpressionSpecification => ['==', ['get', 'what'], what]
const phase = (open: number, all: number, other: number): ExpressionSpecification =>
  ['match', ['get', 'phase'], 'open', open, 'all', all, other] as unknown as ExpressionSpecification

/** One value for clearances that are not kept, another for all other clashes. */
const isClearance = (yes: number, no: number): ExpressionSpecification => ['match', ['get', 'kind'], 'clearance', yes, no] as unknown as ExpressionSpecification

/** What a click or the pointer can find, uppermost first. */
export const TRENCH_THINGS = ['trenches-clash', 'trenches-work', 'trenches-trench']

/** Works by kind, trenches, openings, protected streets and clashes, above the city. */
export function trenchLayers(): LayerSpecification[] {
  return [
    {
      id: 'trenches-protected',
      type: 'line',
      source,
      filter: is('protected'),
      paint: { 'line-color': STREET_STATES.protected, 'line-width': byZoom(12, 4, 18, 22), 'line-opacity': 0.45, 'line-dasharray': [1.2, 0.5] },
    },
    {
      id: 'trenches-open',
      type: 'line',
      source,
      filter: is('open'),
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': STREET_STATES.open, 'line-width': byZoom(12, 5, 18, 26), 'line-opacity': 0.7 },
    },
    {
      id: 'trenches-edge',
      type: 'line',
      source,
      filter: is('trench'),
      layout: { 'line-cap': 'butt' },
      paint: { 'line-color': '#ffffff', 'line-width': byZoom(12, 5, 18, 15), 'line-opacity': phase(0.9, 0.9, 0) },
    },
    {
      id: 'trenches-trench',
      type: 'line',
      source,
      filter: is('trench'),
      layout: { 'line-cap': 'butt' },
      paint: {
        'line-color': byCode('state', TRENCH_STATES, ink),
        'line-width': byZoom(12, 3.5, 18, 11),
        'line-opacity': phase(0.85, 0.75, 0.12),
      },
    },
    {
      id: 'trenches-chosen',
      type: 'line',
      source,
      filter: ['all', is('chosen'), ['!=', ['geometry-type'], 'Point']] as unknown as ExpressionSpecification,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': selection, 'line-width': byZoom(12, 7, 18, 20), 'line-opacity': 0.45 },
    },
    {
      id: 'trenches-work',
      type: 'line',
      source,
      filter: is('work'),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': byCode('kind', utilityColours, '#8b8b8b'),
        'line-width': byZoom(12, 1.6, 18, 5),
        'line-opacity': phase(1, 0.9, 0.22),
        'line-dasharray': dashes(),
      },
    },
    {
      id: 'trenches-clash',
      type: 'circle',
      source,
      filter: is('clash'),
      paint: {
        // Of clearances there are many: from afar they are dots, so that the others are seen.
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, isClearance(1, 3.5), 14, isClearance(2.2, 7), 15.5, isClearance(4, 8), 16.5, 9, 18, 10],
        'circle-color': ['case', ['get', 'is_chosen'], selection, '#ffffff'],
        'circle-stroke-color': ['case', ['get', 'is_chosen'], '#ffffff', warning],
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 14, isClearance(1, 2), 16, 2],
      },
    },
    {
      id: 'trenches-sign',
      type: 'symbol',
      source,
      filter: ['all', is('clash'), ['>=', ['zoom'], isClearance(16, 13)]] as unknown as ExpressionSpecification,
      layout: { 'text-field': ['get', 'sign'], 'text-size': 11, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': ['case', ['get', 'is_chosen'], '#ffffff', warning] },
    },
  ]
}

function dashes(): ExpressionSpecification {
  const cases = Object.entries(DASHES).flatMap(([kind, dash]) => [kind, ['literal', dash]])
  return ['match', ['get', 'kind'], ...cases, ['literal', [1, 0]]] as unknown as ExpressionSpecification
}
