import type { Map as LibreMap, MapMouseEvent, MapTouchEvent, Point } from 'maplibre-gl'

type Place = [number, number]
/** Things of a layer that can be taken by mouse or finger. */
export interface Grip {
  /** Layers of the style; their features hold their number as `id`, those without one stay. */
  layers: string[]
  onMove(id: number, to: Place): void
  onDrop(id: number, to: Place): void
  /** It was touched and not moved. */
  onTap(id: number): void
}

const REACH_PX = { mouse: 6, touch: 20 }
/** Less is a click with a trembling hand. */
const LEAST_PX = 4

/** Lets things be dragged on a map until it is ended. */
export class Dragging {
  #taken: { id: number; from: Point; hasMoved: boolean; at: Place } | undefined
  readonly end: () => void

  constructor(
    readonly map: LibreMap,
    readonly grip: Grip,
  ) {
    const bound = [
      map.on('mousedown', (event) => event.originalEvent.button === 0 && this.#press(event, REACH_PX.mouse)),
      map.on('touchstart', (event) => event.points.length === 1 && this.#press(event, REACH_PX.touch)),
      map.on('mousemove', (event) => this.#move(event)),
      map.on('touchmove', (event) => this.#taken && this.#move(event)),
      map.on('mouseup', () => this.#release()),
      map.on('touchend', () => this.#release()),
      map.on('touchcancel', () => (this.#taken = undefined)),
    ]
    // Let go outside the map is let go too.
    const onUp = () => this.#release()
    addEventListener('mouseup', onUp)
    this.end = () => {
      for (const one of bound) one.unsubscribe()
      removeEventListener('mouseup', onUp)
      this.#taken = undefined
      map.getCanvas().style.cursor = ''
    }
  }

  #under(point: Point, reach: number): number | undefined {
    const layers = this.grip.layers.filter((id) => this.map.getLayer(id))
    if (layers.length === 0) return undefined
    const box: [[number, number], [number, number]] = [
      [point.x - reach, point.y - reach],
      [point.x + reach, point.y + reach],
    ]
    const ids = this.map.queryRenderedFeatures(box, { layers }).map(({ properties }) => properties['id'] as unknown)
    return ids.find((id) => typeof id === 'number')
  }

  #press(event: MapMouseEvent | MapTouchEvent, reach: number): void {
    const id = this.#under(event.point, reach)
    if (id === undefined) return
    // The map itself stays where it is.
    event.preventDefault()
    this.#taken = { id, from: event.point, hasMoved: false, at: event.lngLat.toArray() }
  }

  #move(event: MapMouseEvent | MapTouchEvent): void {
    const taken = this.#taken
    if (!taken) {
      if ('originalEvent' in event && event.type === 'mousemove') this.map.getCanvas().style.cursor = this.#under(event.point, REACH_PX.mouse) === undefined ? '' : 'grab'
      return
    }
    if (!taken.hasMoved && taken.from.dist(event.point) < LEAST_PX) return
    taken.hasMoved = true
    taken.at = event.lngLat.toArray()
    this.map.getCanvas().style.cursor = 'grabbing'
    this.grip.onMove(taken.id, taken.at)
  }

  #release(): void {
    const taken = this.#taken
    this.#taken = undefined
    if (!taken) return
    if (taken.hasMoved) this.grip.onDrop(taken.id, taken.at)
    else this.grip.onTap(taken.id)
  }
}
