import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import { coverageLayers, type Colouring } from './coverage_layers'
import { selection, ground } from './palette'
import { COVERAGE_SOURCE, OUTLINE_SOURCE } from './source_names'

/** A style in which buildings wear their classes by themselves: a picture is drawn without anybody to set states. */
export function coveredStyle(
  style: StyleSpecification,
  covered: GeoJSON.FeatureCollection,
  colouring: Colouring | undefined,
  outlined: GeoJSON.Geometry,
): StyleSpecification {
  const layers = style.layers.map((layer) => {
    if (!colouring || layer.id !== 'building' || layer.type !== 'fill') return layer
    return { ...layer, paint: { ...layer.paint, 'fill-color': byId(colouring), 'fill-opacity': 0.95 } }
  })
  const outline = {
    id: 'report-outline',
    type: 'line' as const,
    source: OUTLINE_SOURCE,
    paint: { 'line-color': selection, 'line-width': 3 },
  }
  const data: GeoJSON.Feature = { type: 'Feature', geometry: outlined, properties: {} }
  return {
    ...style,
    sources: { ...style.sources, [COVERAGE_SOURCE]: { type: 'geojson', data: covered }, [OUTLINE_SOURCE]: { type: 'geojson', data } },
    layers: [...layers, outline, ...coverageLayers()],
  }
}

function byId({ ids, classes, colours }: Colouring): ExpressionSpecification {
  const groups = colours.flatMap((colour, n) => {
    const own = ids.filter((_, i) => classes[i] === n)
    return own.length > 0 ? [own, colour] : []
  })
  return (groups.length > 0 ? ['match', ['id'], ...groups, ground.building] : ground.building) as unknown as ExpressionSpecification
}
