import { all, counted, single } from './expressions'
import { ground } from './palette'
import type { Drawn } from './stack'
import { drawn } from './tiles_of'

const isArea = ['==', ['geometry-type'], 'Polygon']
const isLine = ['==', ['geometry-type'], 'LineString']
const kind = (code: string) => ['==', ['get', 'barrier_kind'], code]

/** Water, then what divides the ground. */
export function groundLayers(): Drawn[] {
  return [
    drawn('barrier', {
      id: 'water',
      type: 'fill',
      filter: all(isArea, kind('river'), single),
      paint: { 'fill-color': ground.water, 'fill-outline-color': ground.waterEdge },
    }),
    drawn('barrier', {
      id: 'stream',
      type: 'line',
      filter: all(isLine, kind('river')),
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': ground.water, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.8, 17, 5] },
    }),
    drawn('barrier', {
      id: 'barrier-area',
      type: 'fill',
      filter: all(isArea, ['!=', ['get', 'barrier_kind'], 'river'], single),
      paint: { 'fill-color': '#d9d4c9' },
    }),
    drawn('barrier', {
      id: 'barrier-counted',
      type: 'fill',
      filter: all(isArea, counted),
      // A cell says how many, not of which kind: neutral, so that walls do not look like ponds.
      paint: { 'fill-color': ground.wall, 'fill-opacity': 0.12 },
    }),
    drawn('barrier', {
      id: 'wall',
      type: 'line',
      minzoom: 15,
      filter: all(isLine, ['!', ['in', ['get', 'barrier_kind'], ['literal', ['river', 'railway']]]]),
      paint: { 'line-color': ground.wall, 'line-width': 0.8, 'line-opacity': 0.8 },
    }),
  ]
}

/** Railways lie above streets, as the classic line with sleepers. */
export function railwayLayers(): Drawn[] {
  const railway = all(isLine, kind('railway'))
  return [
    drawn('barrier', {
      id: 'railway',
      type: 'line',
      filter: railway,
      paint: { 'line-color': ground.railway, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.8, 17, 4] },
    }),
    drawn('barrier', {
      id: 'railway-gaps',
      type: 'line',
      minzoom: 13,
      filter: railway,
      paint: {
        'line-color': ground.halo,
        'line-width': ['interpolate', ['linear'], ['zoom'], 13, 0.8, 17, 2.4],
        'line-dasharray': [5, 5],
      },
    }),
  ]
}
