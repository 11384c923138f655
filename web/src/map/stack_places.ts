import type { ExpressionSpecification } from 'maplibre-gl'
import type { Language } from '../i18n'
import { all, byCode, counted, single } from './expressions'
import { boundary, community, facilityGroups, ground, otherFacility } from './palette'
import type { Drawn } from './stack'
import { nameLayers } from './stack_names'
import { drawn } from './tiles_of'

type Places = Record<'areas' | 'boundaries' | 'points' | 'labels', Drawn[]>

/** Communities, buildings, boundaries, gates, facilities and their names. */
export function placeLayers(language: Language, crowded: ReadonlySet<string>): Places {
  return { areas: areas(), boundaries: boundaries(), points: points(language), labels: labels(crowded) }
}

/** More features in a cell, stronger colour. */
const heat: ExpressionSpecification = ['interpolate', ['linear'], ['get', 'pq_count'], 1, 0.18, 10, 0.4, 60, 0.65]

function areas(): Drawn[] {
  return [
    drawn('precinct', {
      id: 'precinct',
      type: 'fill',
      filter: single,
      paint: { 'fill-color': '#4f7f6b', 'fill-opacity': 0.12, 'fill-outline-color': '#2f5c4a' },
    }),
    drawn('community', {
      id: 'community',
      type: 'fill',
      filter: single,
      paint: {
        'fill-color': community.fill,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 14, 0.34, 17, 0.22],
      },
    }),
    drawn('community', {
      id: 'community-counted',
      type: 'fill',
      filter: counted,
      paint: { 'fill-color': community.fill, 'fill-opacity': heat },
    }),
    drawn('building', {
      id: 'building-counted',
      type: 'fill',
      filter: counted,
      paint: { 'fill-color': '#b9ac97', 'fill-opacity': ['*', 0.6, heat] },
    }),
    drawn('building', {
      id: 'building',
      type: 'fill',
      filter: single,
      paint: {
        'fill-color': ground.building,
        'fill-outline-color': ground.buildingEdge,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], 12, 0.5, 15, 0.95],
      },
    }),
    drawn('community', {
      id: 'community-edge',
      type: 'line',
      filter: single,
      paint: {
        'line-color': community.edge,
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.5, 15, 1.4, 18, 2.2],
      },
    }),
  ]
}

function boundaries(): Drawn[] {
  const edge = (of: string, colour: string, width: number, dash: number[], minzoom = 0) =>
    drawn(of, {
      id: `${of}-edge`,
      type: 'line',
      minzoom,
      filter: single,
      paint: { 'line-color': colour, 'line-width': width, 'line-dasharray': dash, 'line-opacity': 0.75 },
    })
  // Seen from far away a whole district is a dot: it is still there.
  const dot = (of: string, colour: string) =>
    drawn(of, {
      id: `${of}-counted`,
      type: 'fill',
      filter: counted,
      paint: { 'fill-color': colour, 'fill-opacity': 0.35 },
    })
  return [
    dot('precinct', '#4f7f6b'),
    dot('neighbourhood', boundary.neighbourhood),
    dot('subdistrict', boundary.subdistrict),
    dot('responsible_body', boundary.body),
    edge('neighbourhood', boundary.neighbourhood, 0.9, [2, 2], 12),
    edge('subdistrict', boundary.subdistrict, 1.2, [5, 2.5]),
    edge('responsible_body', boundary.body, 1.9, [7, 2, 1.5, 2]),
  ]
}

const colours = Object.fromEntries(facilityGroups.flatMap((group) => group.kinds.map((kind) => [kind, group.colour])))

function points(language: Language): Drawn[] {
  const signs = Object.fromEntries(
    facilityGroups.flatMap((group) => group.kinds.map((kind) => [kind, group.sign[language]])),
  )
  return [
    drawn('gate', {
      id: 'gate',
      type: 'circle',
      minzoom: 15,
      filter: single,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 15, 2, 18, 5],
        'circle-color': ['case', ['==', ['get', 'is_open'], false], community.edge, '#ffffff'],
        'circle-stroke-color': community.edge,
        'circle-stroke-width': 1.4,
      },
    }),
    drawn('candidate_site', {
      id: 'candidate-site',
      type: 'circle',
      filter: single,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 3, 16, 7],
        'circle-color': '#ffffff',
        'circle-stroke-color': '#1f6f4a',
        'circle-stroke-width': 2.5,
      },
    }),
    drawn('candidate_site', {
      id: 'candidate-site-counted',
      type: 'circle',
      filter: counted,
      paint: { 'circle-radius': 3, 'circle-color': '#1f6f4a', 'circle-opacity': heat },
    }),
    drawn('facility', {
      id: 'facility-counted',
      type: 'circle',
      filter: counted,
      paint: { 'circle-radius': 2.5, 'circle-color': '#5b6570', 'circle-opacity': heat },
    }),
    drawn('facility', {
      id: 'facility',
      type: 'circle',
      filter: single,
      // Over the whole city they are a fine grain; as signs they come forward where there is room.
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 12, 1.1, 14, 1.7, 15, 5.5, 18, 10],
        'circle-color': byCode('facility_kind', colours, otherFacility.colour),
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.5, 15, 1],
        'circle-stroke-color': '#ffffff',
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 14, 0, 15, 1.2],
      },
    }),
    drawn('facility', {
      id: 'facility-sign',
      type: 'symbol',
      minzoom: 15,
      filter: single,
      layout: {
        'text-field': byCode('facility_kind', signs, otherFacility.sign[language]),
        'text-size': ['interpolate', ['linear'], ['zoom'], 15, 9, 18, 13],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': '#ffffff' },
    }),
  ]
}

function labels(crowded: ReadonlySet<string>): Drawn[] {
  return [
    drawn('facility', {
      id: 'facility-label',
      type: 'symbol',
      minzoom: 16,
      filter: all(single, ['has', 'name']),
      layout: {
        'text-field': ['get', 'name'],
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': [0, 0.9],
        'text-max-width': 8,
        'text-optional': true,
      },
      paint: { 'text-color': ground.label, 'text-halo-color': ground.halo, 'text-halo-width': 1.4 },
    }),
    drawn('barrier', {
      id: 'water-label',
      type: 'symbol',
      minzoom: 11,
      filter: all(single, ['has', 'name'], ['==', ['get', 'barrier_kind'], 'river']),
      layout: { 'text-field': ['get', 'name'], 'text-size': 13, 'text-letter-spacing': 0.3, 'text-padding': 60 },
      paint: { 'text-color': ground.waterLabel, 'text-halo-color': ground.halo, 'text-halo-width': 1.6 },
    }),
    drawn('community', {
      id: 'community-count',
      type: 'symbol',
      filter: all(counted, ['>', ['get', 'pq_count'], 1]),
      layout: { 'text-field': ['to-string', ['get', 'pq_count']], 'text-size': 10, 'text-padding': 1 },
      paint: { 'text-color': community.label, 'text-halo-color': ground.halo, 'text-halo-width': 1.2 },
    }),
    ...nameLayers(crowded),
  ]
}
