import type { LayerSpecification, Map as LibreMap, SourceSpecification } from 'maplibre-gl'
import { withOpacity, type DrawnBasemap } from './basemap'

/** The basemap in the style of a map: beneath everything of the city, or not there. */
export class BasemapLayers {
  #drawn: DrawnBasemap | undefined
  #opacity = 1

  get attribution(): string | undefined {
    return this.#drawn?.attribution
  }

  get sources(): Record<string, SourceSpecification> {
    return this.#drawn?.sources ?? {}
  }

  layers(): LayerSpecification[] {
    return (this.#drawn?.layers ?? []).map((layer) => {
      const opacity = Object.fromEntries(withOpacity(layer, this.#opacity))
      return { ...layer, paint: { ...layer.paint, ...opacity } } as LayerSpecification
    })
  }

  /** Lays another one, or none, below the drawn layer `lowest`. */
  lay(map: LibreMap, drawn: DrawnBasemap | undefined, opacity: number, lowest: string | undefined): void {
    for (const { id } of this.#drawn?.layers ?? []) if (map.getLayer(id)) map.removeLayer(id)
    for (const id of Object.keys(this.sources)) if (map.getSource(id)) map.removeSource(id)
    this.#drawn = drawn
    this.#opacity = opacity
    for (const [id, source] of Object.entries(this.sources)) map.addSource(id, source)
    for (const layer of this.layers()) map.addLayer(layer, lowest)
  }

  fade(map: LibreMap, opacity: number): void {
    this.#opacity = opacity
    for (const layer of this.#drawn?.layers ?? []) {
      if (!map.getLayer(layer.id)) continue
      for (const [property, value] of withOpacity(layer, opacity)) map.setPaintProperty(layer.id, property as never, value as never)
    }
  }
}
