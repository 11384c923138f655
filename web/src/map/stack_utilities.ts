import { byCode, byZoom } from './expressions'
import { utilityColours } from './palette'
import type { Drawn } from './stack'
import { drawn } from './tiles_of'

const colour = byCode('utility_kind', utilityColours, '#8b8b8b')

/** Pipes and cables by kind. What nobody surveyed is dashed: half-known pipes are the normal case. */
export function utilityLayers(): Drawn[] {
  const width = byZoom(12, 0.8, 18, 3.5)
  return [
    drawn('shared_trench', {
      id: 'shared-trench',
      type: 'line',
      paint: { 'line-color': '#333333', 'line-width': byZoom(12, 2, 18, 9), 'line-opacity': 0.5 },
    }),
    // A planned work is a broad band: the pipes that lie there stay readable above it.
    drawn('utility_work', {
      id: 'utility-work',
      type: 'line',
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': byZoom(12, 3, 18, 14), 'line-opacity': 0.35 },
    }),
    drawn('utility_line', {
      id: 'utility-line',
      type: 'line',
      filter: ['==', ['get', 'quality_level'], 'surveyed'],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': width },
    }),
    drawn('utility_line', {
      id: 'utility-line-unsurveyed',
      type: 'line',
      filter: ['!=', ['get', 'quality_level'], 'surveyed'],
      paint: { 'line-color': colour, 'line-width': width, 'line-dasharray': [4, 2] },
    }),
  ]
}
