import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { selection, theirs } from '../palette'
import { EDIT_SOURCE, POINTER_SOURCE } from '../source_names'
import type { Role } from './picture'

const source = EDIT_SOURCE
const is = (...roles: Role[]): ExpressionSpecification => ['in', ['get', 'role'], ['literal', roles]]
const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon']
const isPoint: ExpressionSpecification = ['==', ['geometry-type'], 'Point']
const isDrawn: ExpressionSpecification = ['!=', ['geometry-type'], 'Point']
/** The pieces of a split, in their order: apart in lightness too, and each bears its number. */
export const PIECES = ['#0b57d0', '#e0a100', '#1f6f4a', '#9c3d54', '#5b6570', '#00a0b0']
const pieceColour: ExpressionSpecification = [
  'to-color',
  ['at', ['%', ['get', 'n'], PIECES.length], ['literal', PIECES]],
]
const offered = '#1f6f4a'
const snapped = '#b23c0a'

const circle = (id: string, filter: ExpressionSpecification, paint: object): LayerSpecification => ({
  id,
  type: 'circle',
  source,
  filter,
  paint,
})

const line = (id: string, role: Role, paint: object): LayerSpecification => ({
  id,
  type: 'line',
  source,
  filter: ['all', is(role), isDrawn],
  layout: { 'line-join': 'round', 'line-cap': 'round' },
  paint,
})

/** What is edited, above everything: mine is blue and solid, theirs purple and dashed, what is offered green and dotted. */
export function editLayers(): LayerSpecification[] {
  return [
    {
      id: 'edit-fill',
      type: 'fill',
      source,
      filter: ['all', is('shape', 'sketch'), isArea],
      paint: { 'fill-color': selection, 'fill-opacity': 0.14 },
    },
    { id: 'edit-theirs-fill', type: 'fill', source, filter: ['all', is('theirs'), isArea], paint: { 'fill-color': theirs, 'fill-opacity': 0.1 } },
    { id: 'edit-offered-fill', type: 'fill', source, filter: ['all', is('offered'), isArea], paint: { 'fill-color': offered, 'fill-opacity': 0.16 } },
    {
      id: 'edit-piece-fill',
      type: 'fill',
      source,
      filter: ['all', is('piece'), isArea],
      paint: { 'fill-color': pieceColour, 'fill-opacity': 0.3 },
    },
    line('edit-piece-halo', 'piece', { 'line-color': '#ffffff', 'line-width': 6, 'line-opacity': 0.8 }),
    line('edit-piece', 'piece', { 'line-color': pieceColour, 'line-width': 3 }),
    line('edit-halo', 'shape', { 'line-color': '#ffffff', 'line-width': 5, 'line-opacity': 0.8 }),
    line('edit-line', 'shape', { 'line-color': selection, 'line-width': 2.5 }),
    line('edit-sketch', 'sketch', { 'line-color': selection, 'line-width': 2.5 }),
    line('edit-theirs', 'theirs', { 'line-color': theirs, 'line-width': 3, 'line-dasharray': [3, 2] }),
    line('edit-offered', 'offered', { 'line-color': offered, 'line-width': 3, 'line-dasharray': [1, 2] }),
    circle('edit-theirs-point', ['all', is('theirs'), isPoint], {
      'circle-radius': 9,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': theirs,
      'circle-stroke-width': 3,
    }),
    circle('edit-midpoint', is('midpoint'), {
      'circle-radius': 3.5,
      'circle-color': selection,
      'circle-opacity': 0.55,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 1,
    }),
    circle('edit-vertex', is('vertex', 'sketched'), {
      'circle-radius': 5,
      'circle-color': '#ffffff',
      'circle-stroke-color': selection,
      'circle-stroke-width': 2,
    }),
    circle('edit-chosen', is('chosen'), {
      'circle-radius': 7.5,
      'circle-color': selection,
      'circle-stroke-color': '#ffffff',
      'circle-stroke-width': 2.5,
    }),
    circle('edit-number', is('number'), {
      'circle-radius': 12,
      'circle-color': '#ffffff',
      'circle-stroke-color': '#24231f',
      'circle-stroke-width': 1.5,
    }),
    {
      id: 'edit-number-text',
      type: 'symbol',
      source,
      filter: is('number'),
      layout: { 'text-field': ['to-string', ['get', 'n']], 'text-size': 14, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': '#24231f' },
    },
    circle('edit-crossing', is('crossing'), {
      'circle-radius': 14,
      'circle-color': 'rgba(0,0,0,0)',
      'circle-stroke-color': '#b3261e',
      'circle-stroke-width': 3,
    }),
    {
      id: 'edit-rubber',
      type: 'line',
      source: POINTER_SOURCE,
      filter: isDrawn,
      paint: { 'line-color': selection, 'line-width': 1.8, 'line-dasharray': [2, 2] },
    },
    // A vertex that is snapped to is ringed and filled, a place of an edge only ringed; the name says it in words.
    {
      id: 'edit-snapped',
      type: 'circle',
      source: POINTER_SOURCE,
      filter: isPoint,
      paint: {
        'circle-radius': 9,
        'circle-color': snapped,
        'circle-opacity': ['match', ['get', 'kind'], 'vertex', 0.45, 0],
        'circle-stroke-color': snapped,
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'edit-snapped-name',
      type: 'symbol',
      source: POINTER_SOURCE,
      filter: isPoint,
      layout: {
        'text-field': ['get', 'label'],
        'text-size': 12.5,
        'text-anchor': 'left',
        'text-offset': [1.2, -1.2],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': snapped, 'text-halo-color': '#ffffff', 'text-halo-width': 2 },
    },
  ]
}
