import type { LayerSpecification } from 'maplibre-gl'
import type { Drawn } from './stack'
import { CITY_SOURCE, STAFF_SOURCE } from './source_names'

type WithoutSource<T> = T extends { source: string } ? Omit<T, 'source' | 'source-layer'> : never

/** A drawn layer fed by the vector tiles of `of`. */
export function drawn(of: string, spec: WithoutSource<LayerSpecification>): Drawn {
  return { of, spec: { ...spec, source: sourceOf(of), 'source-layer': of } as LayerSpecification }
}

const STAFF_LAYERS = ['candidate_site', 'utility_line', 'utility_work', 'shared_trench', 'precinct']

/** The source that carries a layer: what few maps show is fetched only when it is switched on. */
export function sourceOf(layer: string): string {
  return STAFF_LAYERS.includes(layer) ? STAFF_SOURCE : CITY_SOURCE
}
