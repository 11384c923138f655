import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode } from 'terra-draw'
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter'
import type { Map as LibreMap } from 'maplibre-gl'
import { selection } from './palette'

export type DrawnShape = 'line' | 'area'
export type DrawnGeometry = GeoJSON.LineString | GeoJSON.Polygon

const line = { lineStringColor: selection, lineStringWidth: 2.5, closingPointColor: selection, closingPointWidth: 5 } as const
const area = {
  fillColor: selection,
  fillOpacity: 0.08,
  outlineColor: selection,
  outlineWidth: 2.5,
  closingPointColor: selection,
  closingPointWidth: 5,
} as const

/** Draws one shape at a time on the map; the last one stays until it is cleared. */
export class Drawing {
  readonly #draw: TerraDraw
  isActive = false

  constructor(map: LibreMap, onShape: (geometry: DrawnGeometry, isFinished: boolean) => void) {
    this.#draw = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: [new TerraDrawLineStringMode({ styles: line }), new TerraDrawPolygonMode({ styles: area })],
    })
    this.#draw.start()
    const tell = (isFinished: boolean, id?: string | number) => {
      const shapes = this.#draw.getSnapshot().filter((feature) => feature.properties['mode'] !== 'static')
      const shape = shapes.find((feature) => (id === undefined ? feature.geometry.type !== 'Point' : feature.id === id))
      if (shape && shape.geometry.type !== 'Point') onShape(shape.geometry as DrawnGeometry, isFinished)
    }
    this.#draw.on('change', (_ids, type) => {
      if (this.isActive && type !== 'delete') tell(false)
    })
    this.#draw.on('finish', (id) => {
      tell(true, id)
      // The double click that ended the shape must not also zoom or select.
      setTimeout(() => {
        if (this.#draw.enabled) this.stop()
      }, 0)
    })
  }

  start(shape: DrawnShape): void {
    this.#draw.clear()
    this.#draw.setMode(shape === 'line' ? 'linestring' : 'polygon')
    this.isActive = true
  }

  /** Ends drawing; a finished shape stays to be seen. */
  stop(): void {
    this.isActive = false
    this.#draw.setMode('static')
  }

  clear(): void {
    this.stop()
    this.#draw.clear()
  }

  /** Leaves the map; a new style needs a new drawing. */
  end(): void {
    this.isActive = false
    this.#draw.stop()
  }
}
