import { all, byZoom, oneOf } from './expressions'
import { ground } from './palette'
import type { Drawn } from './stack'
import { railwayLayers } from './stack_ground'
import { drawn } from './tiles_of'

/** One width of street: the classes drawn so, from which zoom, and the width in pixels by zoom. */
interface Rank {
  id: string
  classes: string[]
  minzoom: number
  width: [number, number, number, number]
  colour: string
}

/** Minor first, so that major streets lie above them at every crossing. */
const RANKS: Rank[] = [
  { id: 'lane', classes: ['residential', 'service'], minzoom: 13, width: [13, 0.5, 18, 11], colour: ground.street },
  { id: 'branch', classes: ['tertiary'], minzoom: 11.5, width: [11, 0.6, 18, 17], colour: ground.street },
  { id: 'secondary', classes: ['secondary'], minzoom: 10, width: [10, 0.7, 18, 22], colour: ground.street },
  { id: 'primary', classes: ['primary', 'expressway'], minzoom: 0, width: [9, 0.8, 18, 28], colour: ground.majorStreet },
]

/** Casings of all ranks, then fills of all ranks: streets join instead of crossing out each other. */
export function streetLayers(): { lines: Drawn[]; labels: Drawn[] } {
  const lines: Drawn[] = [
    drawn('street', {
      id: 'street-path',
      type: 'line',
      minzoom: 15,
      filter: oneOf('street_class', ['footway', 'steps', 'cycleway']),
      paint: { 'line-color': ground.path, 'line-width': byZoom(15, 0.6, 18, 2), 'line-dasharray': [3, 2] },
    }),
  ]
  for (const rank of RANKS) {
    const [z0, w0, z1, w1] = rank.width
    lines.push(
      drawn('street', {
        id: `street-${rank.id}-casing`,
        type: 'line',
        minzoom: Math.max(rank.minzoom, 11),
        filter: oneOf('street_class', rank.classes),
        layout: { 'line-cap': 'butt', 'line-join': 'round' },
        paint: { 'line-color': ground.casing, 'line-width': byZoom(z0, w0 + 0.9, z1, w1 + 2) },
      }),
    )
  }
  for (const rank of RANKS) {
    const [z0, w0, z1, w1] = rank.width
    lines.push(
      drawn('street', {
        id: `street-${rank.id}`,
        type: 'line',
        minzoom: rank.minzoom,
        filter: oneOf('street_class', rank.classes),
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': rank.colour, 'line-width': byZoom(z0, w0, z1, w1) },
      }),
    )
  }
  lines.push(...railwayLayers())
  const label = (id: string, classes: string[], minzoom: number) =>
    drawn('street', {
      id,
      type: 'symbol',
      minzoom,
      filter: all(['has', 'name'], oneOf('street_class', classes)),
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 380,
        'text-field': ['get', 'name'],
        'text-size': 12,
        'text-letter-spacing': 0.08,
        'text-max-angle': 30,
      },
      paint: { 'text-color': ground.label, 'text-halo-color': ground.halo, 'text-halo-width': 1.6 },
    })
  return {
    lines,
    labels: [
      label('street-major-label', ['expressway', 'primary', 'secondary'], 13),
      label('street-minor-label', ['tertiary', 'residential', 'service', 'footway'], 15.5),
    ],
  }
}
