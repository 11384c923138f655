import type { LayerSpecification } from 'maplibre-gl'
import { selection } from './palette'
import { SELECTION_SOURCE as source } from './source_names'

/** The selected feature, above everything: blue is used for nothing else. */
export function selectionLayers(): LayerSpecification[] {
  return [
    {
      id: 'selection-fill',
      type: 'fill',
      source,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': selection, 'fill-opacity': 0.12 },
    },
    {
      id: 'selection-line',
      type: 'line',
      source,
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': selection, 'line-width': 3 },
    },
    {
      id: 'selection-point',
      type: 'circle',
      source,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: {
        'circle-radius': 13,
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': selection,
        'circle-stroke-width': 3,
      },
    },
  ]
}
