import type { Modification, ReachAnswer } from '../../api/analysis'
import type { Placed } from '../scenario/drafts'
import type { Site } from '../siting/siting.svelte'
import type { Origin } from './reaching.svelte'

/** A gate that a scenario opens or closes. */
export interface DrawnGate {
  at: [number, number]
  isOpen: boolean
}

/** What is drawn above the city. */
export interface Drawn {
  placed: Placed[]
  reached: ReachAnswer['results'][number] | undefined
  origin: Origin | undefined
  modifications: Modification[]
  gates: DrawnGate[]
  sites: Site[]
  /** A letter or character for each thing that a scenario does. */
  sign: (state: string) => string
}

/** Facilities, reached area and streets, and what a scenario does, as features of the map's own source. */
export function drawnFeatures({ placed, reached, origin, modifications, gates, sites, sign }: Drawn): GeoJSON.FeatureCollection {
  const drawn = (what: string, geometry: unknown, more: object = {}): GeoJSON.Feature => ({
    type: 'Feature',
    geometry: geometry as GeoJSON.Geometry,
    properties: { what, ...more },
  })
  const point = (at: number[]) => ({ type: 'Point', coordinates: at })
  const line = (at: number[][]) => ({ type: 'LineString', coordinates: at })
  const features = placed.map(({ id, at, state }) =>
    state === 'kept' ? drawn('facility', point(at), { id }) : drawn('thing', point(at), { id, state, sign: sign(state) }),
  )
  for (const { was, at } of placed) if (was) features.push(drawn('move', line([was, at])))
  for (const one of modifications) {
    if (one.kind === 'add_street') features.push(drawn(one.is_bridge ? 'bridge' : 'way', line(one.line)))
    if (one.kind === 'add_barrier') features.push(drawn('barrier', line(one.line)))
  }
  for (const { at, isOpen } of gates) {
    const state = isOpen ? 'opened' : 'closed'
    features.push(drawn('thing', point(at), { state, sign: sign(isOpen ? 'opened' : 'shut') }))
  }
  for (const { id, at, wish, isChosen } of sites) {
    const state = isChosen ? 'chosen' : (wish ?? 'free')
    features.push(drawn('site', point(at), { id, state, sign: state === 'free' ? '' : sign(state) }))
  }
  if (reached?.area) features.push(drawn('area', reached.area))
  if (reached?.streets) features.push(drawn('streets', reached.streets))
  if (origin?.at) features.push(drawn('origin', point(origin.at)))
  return { type: 'FeatureCollection', features }
}
