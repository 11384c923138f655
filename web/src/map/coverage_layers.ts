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

export const reach = '#00574f'
export const ink = '#24231f'
/** What a scenario puts into the city: neither reached nor not reached. */
export const scenario = '#7a2d8f'
/** As candidate sites are drawn elsewhere. */
export const siteColour = '#1f6f4a'

/** A building's colour by its class; those without one stay as pale as the ground. */
export function buildingColour(colours: string[]): ExpressionSpecification {
  const byClass = colours.flatMap((colour, index) => [index, colour])
  return ['match', ['coalesce', ['feature-state', CLASS_STATE], -1], ...byClass, ground.building] as unknown as ExpressionSpecification
}

/** What can be taken and moved while a scenario is on. */
export const GRIP_LAYERS = ['coverage-facility', 'scenario-thing']

/** Candidate sites, which are told what is wanted of them by a click. */
export const SITE_LAYER = 'siting-site'

/** What is reached on foot, the facilities that a rule looks for, and what a scenario does, above the city. */
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
      id: 'scenario-move',
      type: 'line',
      source,
      filter: ['==', ['get', 'what'], 'move'],
      paint: { 'line-color': scenario, 'line-width': 1.5, 'line-dasharray': [2, 2] },
    },
    {
      id: 'scenario-way',
      type: 'line',
      source,
      filter: ['in', ['get', 'what'], ['literal', ['way', 'bridge', 'barrier']]],
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: {
        'line-color': ['match', ['get', 'what'], 'barrier', ink, scenario],
        'line-width': ['interpolate', ['linear'], ['zoom'], 12, 2.5, 17, 6],
      },
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
      id: 'scenario-thing',
      type: 'circle',
      source,
      filter: ['==', ['get', 'what'], 'thing'],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 7, 16, 11],
        'circle-color': ['match', ['get', 'state'], ['closed'], '#f4f0e7', scenario],
        'circle-stroke-color': ['match', ['get', 'state'], ['closed'], ink, '#ffffff'],
        'circle-stroke-width': 2,
      },
    },
    {
      id: SITE_LAYER,
      type: 'circle',
      source,
      filter: ['==', ['get', 'what'], 'site'],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, ['match', ['get', 'state'], ['free'], 3.5, 8], 16, ['match', ['get', 'state'], ['free'], 7, 12]],
        'circle-color': ['match', ['get', 'state'], ['chosen'], siteColour, ['must'], '#dcefe4', ['must_not'], '#f4f0e7', '#ffffff'],
        'circle-stroke-color': ['match', ['get', 'state'], ['must_not'], '#7a756b', siteColour],
        'circle-stroke-width': 2.5,
      },
    },
    {
      id: 'scenario-sign',
      type: 'symbol',
      source,
      filter: ['in', ['get', 'what'], ['literal', ['thing', 'site']]],
      layout: {
        'text-field': ['get', 'sign'],
        'text-size': ['interpolate', ['linear'], ['zoom'], 11, 10, 16, 14],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': ['match', ['get', 'state'], ['closed', 'must', 'must_not'], ink, '#ffffff'] },
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
