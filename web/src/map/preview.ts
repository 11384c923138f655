import type { LayerSpecification } from 'maplibre-gl'
import { preview } from './palette'
import { PREVIEW_SOURCE as source } from './source_names'

/** The features of a file before it is imported, above the city. */
export function previewLayers(): LayerSpecification[] {
  return [
    {
      id: 'preview-fill',
      type: 'fill',
      source,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': preview, 'fill-opacity': 0.2 },
    },
    {
      id: 'preview-line',
      type: 'line',
      source,
      filter: ['!=', ['geometry-type'], 'Point'],
      layout: { 'line-join': 'round' },
      paint: { 'line-color': preview, 'line-width': 2 },
    },
    {
      id: 'preview-point',
      type: 'circle',
      source,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-radius': 6, 'circle-color': preview, 'circle-stroke-color': '#fff', 'circle-stroke-width': 2 },
    },
  ]
}
