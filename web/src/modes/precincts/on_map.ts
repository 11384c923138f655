import type { Feature } from '../../api/client'
import type { Precinct, SchemeEdit } from '../../api/schemes'
import { labelPoint } from '../../map/label_point'
import { NO_PRECINCT } from './colours'
import { partsOf, withVertexAt } from './places'

type Place = [number, number]

export interface Shown {
  precincts: readonly Precinct[]
  colours: ReadonlyMap<number, string>
  communities: Iterable<Feature>
  /** The precinct of a community. */
  home: (community: number) => number | undefined
  isDraft: boolean
  precinctId?: number | undefined
  communityId?: number | undefined
  under: (precinct: Precinct) => string
  vertices?: { at: Place; sharing: number }[]
  /** A vertex that is on its way. */
  movedVertex?: { from: Place; to: Place } | undefined
  /** A community that is on its way. */
  draggedTo?: Place | undefined
  /** Edits that were not written. */
  mine?: SchemeEdit[]
  wrongAt?: Place | undefined
  /** Signs on communities, beside their colour. */
  sign?: (community: number) => { sign: string; colour: string } | undefined
}

/** A scheme as the map draws it. */
export function drawnScheme(shown: Shown): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = []
  const add = (geometry: GeoJSON.Geometry, properties: Record<string, unknown>) => features.push({ type: 'Feature', geometry, properties })
  const colour = (id: number | undefined) => (id === undefined ? undefined : shown.colours.get(id)) ?? NO_PRECINCT
  const { movedVertex } = shown
  for (const precinct of shown.precincts) {
    const { id, properties } = precinct
    const geometry = movedVertex ? withVertexAt(precinct.geometry, movedVertex.from, movedVertex.to) : precinct.geometry
    const common = { id, colour: colour(id), is_draft: shown.isDraft, is_chosen: id === shown.precinctId }
    add(geometry, { what: 'precinct', ...common })
    const at = pointOf(geometry).coordinates
    if (at.every(Number.isFinite)) add({ type: 'Point', coordinates: at }, { what: 'label', ...common, name: properties.name, under: shown.under(precinct) })
  }
  for (const { id, geometry } of shown.communities) {
    const sign = shown.sign?.(id)
    const isChosen = id === shown.communityId
    add(geometry, { what: 'community', id, colour: sign?.colour ?? colour(shown.home(id)), is_chosen: isChosen, is_none: !sign && shown.home(id) === undefined })
    if (sign) add(pointOf(geometry), { what: 'sign', ...sign })
    if (isChosen && shown.draggedTo) {
      const from = pointOf(geometry).coordinates
      add({ type: 'LineString', coordinates: [from, shown.draggedTo] }, { what: 'link' })
    }
  }
  for (const [n, { at, sharing }] of (shown.vertices ?? []).entries()) {
    const isMoved = movedVertex && movedVertex.from[0] === at[0] && movedVertex.from[1] === at[1]
    const place = isMoved ? movedVertex.to : at
    add({ type: 'Point', coordinates: place }, { what: 'vertex', id: n, colour: colour(shown.precinctId), is_shared: sharing > 1 })
  }
  for (const edit of shown.mine ?? []) {
    if (edit.op === 'draw' || edit.op === 'redraw') add(edit.outline, { what: 'mine' })
    if (edit.op === 'split') add({ type: 'LineString', coordinates: edit.line }, { what: 'mine' })
    if (edit.op === 'move_border') for (const { from, to } of edit.moves) add({ type: 'LineString', coordinates: [from, to] }, { what: 'mine' })
  }
  if (shown.wrongAt) add({ type: 'Point', coordinates: shown.wrongAt }, { what: 'place' })
  return { type: 'FeatureCollection', features }
}

/** Looked for once for each shape: all is drawn anew at every move of a drag. */
const found = new WeakMap<GeoJSON.Geometry, Place>()

function pointOf(geometry: GeoJSON.Geometry): GeoJSON.Point {
  const coordinates = found.get(geometry) ?? labelPoint(partsOf(geometry))
  found.set(geometry, coordinates)
  return { type: 'Point', coordinates }
}
