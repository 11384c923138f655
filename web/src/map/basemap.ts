import * as maplibre from 'maplibre-gl'
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { Protocol } from 'pmtiles'
import { withViewer, type Basemap } from '../api/client'
import { BASEMAP } from './basemap_names'
import { tellPageTo } from './request'

/** A basemap as a style draws it, from the ground up. */
export interface DrawnBasemap {
  attribution: string
  sources: Record<string, SourceSpecification>
  layers: LayerSpecification[]
}

/** Reads how a basemap is drawn. Of PMTiles that is asked of the file; tiles are not asked for yet. */
export async function readBasemap(basemap: Basemap): Promise<DrawnBasemap> {
  const { attribution } = basemap
  if (basemap.kind === 'pmtiles') return { attribution, ...(await readPmtiles(basemap.tiles[0]?.[0] ?? '')) }
  const sources: DrawnBasemap['sources'] = {}
  const layers: LayerSpecification[] = []
  basemap.tiles.forEach((tiles, n) => {
    const id = `${BASEMAP}-${n}`
    const { tile_size: tileSize, max_zoom: maxzoom } = basemap
    if (basemap.needs_referrer) tiles.forEach(tellPageTo)
    sources[id] = { type: 'raster', tiles, tileSize, maxzoom, scheme: basemap.is_tms ? 'tms' : 'xyz' }
    layers.push({ id, type: 'raster', source: id })
  })
  return { attribution, sources, layers }
}

let protocol: Protocol | undefined

async function readPmtiles(address: string): Promise<Omit<DrawnBasemap, 'attribution'>> {
  // Fetched when somebody chooses such a map.
  const { PMTiles, Protocol, TileType } = await import('pmtiles')
  if (!protocol) {
    protocol = new Protocol({ metadata: false })
    maplibre.addProtocol('pmtiles', protocol.tile)
  }
  const { href } = new URL(withViewer(address), location.origin)
  const file = new PMTiles(href)
  protocol.add(file)
  const { tileType, minZoom: minzoom, maxZoom: maxzoom } = await file.getHeader()
  const tiles = [`pmtiles://${href}/{z}/{x}/{y}`]
  const id = `${BASEMAP}-0`
  if (tileType !== TileType.Mvt) {
    const source: SourceSpecification = { type: 'raster', tiles, tileSize: 256, minzoom, maxzoom }
    return { sources: { [id]: source }, layers: [{ id, type: 'raster', source: id }] }
  }
  const metadata = (await file.getMetadata()) as { vector_layers?: { id: string }[] }
  const names = (metadata.vector_layers ?? []).map((layer) => layer.id)
  return { sources: { [id]: { type: 'vector', tiles, minzoom, maxzoom } }, layers: names.flatMap((name) => greyLayers(id, name)) }
}

/** Whatever a vector tile holds, plainly in grey: what it means only its maker knows. */
function greyLayers(source: string, name: string): LayerSpecification[] {
  const of = { source, 'source-layer': name }
  return [
    {
      id: `${BASEMAP}-${name}-area`,
      type: 'fill',
      ...of,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': '#d8d6d1', 'fill-outline-color': '#c4c1bb', 'fill-opacity': 0.5 },
    },
    {
      id: `${BASEMAP}-${name}-line`,
      type: 'line',
      ...of,
      filter: ['==', ['geometry-type'], 'LineString'],
      paint: { 'line-color': '#b3b0aa', 'line-width': 0.8 },
    },
    {
      id: `${BASEMAP}-${name}-point`,
      type: 'circle',
      ...of,
      filter: ['==', ['geometry-type'], 'Point'],
      paint: { 'circle-color': '#a5a29c', 'circle-radius': 1.5 },
    },
  ]
}

const OPACITIES: Partial<Record<LayerSpecification['type'], string[]>> = {
  raster: ['raster-opacity'],
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity'],
}

/** The properties that make a layer so opaque. */
export function withOpacity(layer: LayerSpecification, opacity: number): [string, number][] {
  // Areas of a vector map let the land through from the start.
  const share = layer.type === 'fill' ? 0.5 : 1
  return (OPACITIES[layer.type] ?? []).map((property) => [property, opacity * share])
}
