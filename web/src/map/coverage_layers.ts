import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { ground } from './palette'
import { COVERAGE_SOURCE as source } from './source_names'

/** The class of every building, by which it is coloured. */
export interface Colouring {
  ids: number[]
  classes: number[]
  colours: string[]
}

/** The state of a drawn building that holds its class. */
export const CLASS_STATE = 'walk_class'

const reach = '#00574f'
const ink = '#24231f'

/** A building's colour by its class; those without one stay as pale as the ground. */
export function buildingColour(colours: string[]): ExpressionSpecification {
  const byClass = colours.flatMap((colour, index) => [index, colour])
  return ['match', ['coalesce', ['feature-state', CLASS_STATE], -1], ...byClass, ground.building] as unknown as ExpressionSpecification
}

/** What is reached on foot, and the facilities that a rule looks for, above the city. */
export function coverageLayers(): LayerSpecification[] {
  return [
    {
      id: 'reach-area',
      type: 'fill',
      source,
      filter: ['==', ['get', 'what'], 'area'],
      paint: { 'fill-color': reach, 'fill-opacity': 0.13 },
    },
    {
      id: 'reach-edge',
      type: 'line',
      source,
      filter: ['==', ['get', 'what'], 'area'],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': reach, 'line-width': 1.5, 'line-dasharray': [3, 2] },
    },
    {
      id: 'reach-streets',
      type: 'line',
      source,
      filter: ['==', ['get', 'what'], 'streets'],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': reach, 'line-width': ['interpolate', ['linear'], ['zoom'], 12, 1.2, 17, 4] },
    },
    {
      id: 'coverage-facility',
      type: 'circle',
      source,
      filter: ['==', ['get', 'what'], 'facility'],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 3, 14, 5, 18, 11],
        'circle-color': ['interpolate', ['linear'], ['zoom'], 14, '#ffffff', 15, 'rgba(255,255,255,0)'],
        'circle-stroke-color': ink,
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 11, 1.2, 15, 2.5],
      },
    },
    {
      id: 'reach-origin',
      type: 'circle',
      source,
      filter: ['==', ['get', 'what'], 'origin'],
      paint: { 'circle-radius': 6, 'circle-color': reach, 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2 },
    },
  ]
}
