import type { ExpressionSpecification, StyleSpecification } from 'maplibre-gl'
import { coverageLayers, type Colouring } from './coverage_layers'
import { selection, ground } from './palette'
import { COVERAGE_SOURCE, OUTLINE_SOURCE } from './source_names'

/** Beneath coloured buildings: the tint of the communities would mix with the colours. */
export const PALE_COMMUNITY = 0.06

/** A style in which buildings wear their classes by themselves: a picture is drawn without anybody to set states. */
export function coveredStyle(
  style: StyleSpecification,
  covered: GeoJSON.FeatureCollection,
  colouring: Colouring | undefined,
  outlined: GeoJSON.Geometry | undefined,
): StyleSpecification {
  const layers = style.layers.map((layer) => {
    if (!colouring || layer.type !== 'fill') return layer
    if (layer.id === 'community') return { ...layer, paint: { ...layer.paint, 'fill-opacity': PALE_COMMUNITY } }
    if (layer.id !== 'building') return layer
    return { ...layer, paint: { ...layer.paint, 'fill-color': byId(colouring), 'fill-opacity': 0.95 } }
  })
  const outline = {
    id: 'report-outline',
    type: 'line' as const,
    source: OUTLINE_SOURCE,
    paint: { 'line-color': selection, 'line-width': 3 },
  }
  const features = outlined ? [{ type: 'Feature' as const, geometry: outlined, properties: {} }] : []
  const data: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features }
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
