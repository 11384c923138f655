import type { LayerSpecification } from 'maplibre-gl'
import { selection } from './palette'
import { OUTLINE_SOURCE as source } from './source_names'

/** The edge of an area that is exported or printed: dashed, so that nobody takes it for a boundary. */
export function outlineLayers(): LayerSpecification[] {
  return [
    {
      id: 'outline',
      type: 'line',
      source,
      layout: { 'line-join': 'round' },
      paint: { 'line-color': selection, 'line-width': 2, 'line-dasharray': [4, 2] },
    },
  ]
}
