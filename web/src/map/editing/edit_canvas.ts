import type { MapMouseEvent, MapTouchEvent, Point } from 'maplibre-gl'
import type { CityMap, Hit } from '../city_map'
import { picture, type EditView } from './picture'
import { FEWEST, midpoints, vertices, type Place, type VertexAt } from './shape'

/** A better place near one, with what is there in words. */
export interface Better {
  place: Place
  kind: 'vertex' | 'edge'
  label: string
}

/** Finds it, or nothing. `withinM` is how far a person would call near, in metres. */
export type Snap = (place: Place, withinM: number) => Better | undefined

/** What a person does on the map with the pointer. */
export interface EditEvents {
  /** A vertex of what is being drawn. */
  onPlace(place: Place): void
  /** What is being drawn is finished. */
  onFinish(): void
  onChoose(at: VertexAt | undefined): void
  onMoveVertex(at: VertexAt, to: Place, isDone: boolean): void
  onInsert(at: VertexAt, place: Place): void
  /** The whole shape, by degrees from where it was when the dragging began. */
  onShift(by: Place, isDone: boolean): void
  /** Something else was clicked. */
  onPick(hits: Hit[]): void
}

type Pointer = MapMouseEvent | MapTouchEvent
type Drag =
  | { kind: 'vertex'; at: VertexAt; last: Place | undefined }
  | { kind: 'midpoint'; at: VertexAt; place: Place }
  | { kind: 'whole'; from: Place; last: Place | undefined }

const REACH_PX = { mouse: 11, touch: 24 }
const SNAP_PX = 12
/** Two clicks that mean one place are not further apart. */
const SAME_PX = 3
const EARTH_M = 40_075_016.686

/**
 * The map while something is edited: handles that can be dragged by mouse and finger, and drawing. It shows
 * what it is told and tells what is done; the shape itself is kept elsewhere.
 *
 * terra-draw draws for measuring. It is not used here: it refuses holes, knows no several parts, and takes no
 * vertex from a keyboard.
 */
export class EditCanvas {
  /** Set by whoever knows what there is to snap to. */
  snap: Snap = () => undefined
  #view: EditView = {}
  #isMovingWhole = false
  #drag: Drag | undefined
  /** The press began on a handle, so the click that ends it means nothing more. */
  #isPressTaken = false
  /** Where the pointer is, or the cross in the middle of the map. */
  #aim: Place | undefined
  readonly #end: () => void

  constructor(
    readonly city: CityMap,
    readonly events: EditEvents,
  ) {
    const { map } = city
    city.isEdited = true
    map.doubleClickZoom.disable()
    const bound = [
      map.on('mousedown', (event) => this.#press(event, REACH_PX.mouse)),
      map.on('touchstart', (event) => event.points.length === 1 && this.#press(event, REACH_PX.touch)),
      map.on('mousemove', (event) => this.#move(event)),
      map.on('touchmove', (event) => this.#drag && this.#move(event)),
      map.on('mouseup', () => this.#release()),
      map.on('touchend', () => this.#release()),
      map.on('touchcancel', () => this.#release()),
      map.on('click', (event) => this.#click(event)),
    ]
    // Let go outside the map is let go too.
    const onUp = () => this.#release()
    addEventListener('mouseup', onUp)
    this.#end = () => {
      for (const one of bound) one.unsubscribe()
      removeEventListener('mouseup', onUp)
      map.doubleClickZoom.enable()
      map.getCanvas().style.cursor = ''
      city.isEdited = false
      city.edit(undefined)
      city.point(undefined)
    }
  }

  show(view: EditView, isMovingWhole: boolean): void {
    this.#view = view
    this.#isMovingWhole = isMovingWhole
    this.city.edit(picture(view))
    if (!view.sketch) this.city.point(undefined)
    else this.#drawRubber()
  }

  /** The place at a pixel of the map, snapped. */
  placeAt(pixel: { x: number; y: number }): Place {
    const { lng, lat } = this.city.map.unproject([pixel.x, pixel.y])
    return this.#better([lng, lat])?.place ?? [lng, lat]
  }

  /** Follows the cross in the middle instead of the pointer. */
  aimAt(pixel: { x: number; y: number }): void {
    const { lng, lat } = this.city.map.unproject([pixel.x, pixel.y])
    this.#aim = [lng, lat]
    this.#drawRubber()
  }

  /** Degrees that some pixels are at a place. */
  degrees(place: Place, right: number, down: number): Place {
    const { x, y } = this.city.map.project(place)
    const moved = this.city.map.unproject([x + right, y + down])
    return [moved.lng - place[0], moved.lat - place[1]]
  }

  end(): void {
    this.#end()
  }

  #press(event: Pointer, reach: number): void {
    this.#isPressTaken = false
    const { shape, sketch, hasHandles } = this.#view
    if (!shape || sketch) return
    const from: Place = [event.lngLat.lng, event.lngLat.lat]
    if (this.#isMovingWhole) {
      if (this.#isOnShape(event.point, reach)) this.#drag = { kind: 'whole', from, last: undefined }
    } else if (hasHandles !== false || shape.kind === 'point') {
      this.#drag = this.#handleAt(event.point, reach)
      if (this.#drag?.kind === 'vertex') this.events.onChoose(this.#drag.at)
    }
    if (!this.#drag) return
    this.#isPressTaken = true
    event.preventDefault()
    // Without this a finger's tap comes again as a click.
    if (event.originalEvent.cancelable) event.originalEvent.preventDefault()
    this.city.map.getCanvas().focus()
  }

  #move(event: Pointer): void {
    const pointed: Place = [event.lngLat.lng, event.lngLat.lat]
    const drag = this.#drag
    if (!drag) {
      this.#aim = pointed
      if (this.#view.sketch) this.#drawRubber(isUnsnapped(event))
      this.#showCursor(event.point)
      return
    }
    if (drag.kind === 'whole') {
      drag.last = [pointed[0] - drag.from[0], pointed[1] - drag.from[1]]
      this.events.onShift(drag.last, false)
      return
    }
    const better = isUnsnapped(event) ? undefined : this.#better(pointed)
    const place = better?.place ?? pointed
    this.city.point([], better)
    if (drag.kind === 'midpoint') {
      this.events.onInsert(drag.at, place)
      this.#drag = { kind: 'vertex', at: drag.at, last: place }
    } else {
      drag.last = place
      this.events.onMoveVertex(drag.at, place, false)
    }
  }

  #release(): void {
    const drag = this.#drag
    this.#drag = undefined
    if (!drag) return
    this.city.point(undefined)
    if (drag.kind === 'midpoint') this.events.onInsert(drag.at, drag.place)
    else if (drag.kind === 'vertex' && drag.last) this.events.onMoveVertex(drag.at, drag.last, true)
    else if (drag.kind === 'whole' && drag.last) this.events.onShift(drag.last, true)
  }

  #click(event: MapMouseEvent): void {
    if (this.#isPressTaken) return
    const { sketch } = this.#view
    if (!sketch) {
      this.events.onChoose(undefined)
      this.events.onPick(this.city.hitsAt(event.point))
      return
    }
    const enough = sketch.places.length >= FEWEST[sketch.kind]
    const [first, last] = [sketch.places[0], sketch.places.at(-1)]
    const pointed: Place = [event.lngLat.lng, event.lngLat.lat]
    const place = (isUnsnapped(event) ? undefined : this.#better(pointed)?.place) ?? pointed
    // Where the vertex was snapped, the pointer may be some pixels from it.
    const isOn = (vertex: Place | undefined) => this.#isNear(vertex, event.point) || this.#isNear(vertex, this.city.map.project(place), SAME_PX)
    if (enough && sketch.kind === 'area' && isOn(first)) return this.events.onFinish()
    // The second click of a double click.
    if (isOn(last)) return enough ? this.events.onFinish() : undefined
    this.events.onPlace(place)
  }

  #better(place: Place): Better | undefined {
    const metresAPixel = (EARTH_M * Math.cos((place[1] * Math.PI) / 180)) / (512 * 2 ** this.city.map.getZoom())
    return this.snap(place, SNAP_PX * metresAPixel)
  }

  /** The line from the last vertex to where the next would be. */
  #drawRubber(isFree = false): void {
    const { sketch } = this.#view
    if (!sketch || !this.#aim) return
    const better = isFree ? undefined : this.#better(this.#aim)
    const place = better?.place ?? this.#aim
    const [first, last] = [sketch.places[0], sketch.places.at(-1)]
    const closing = sketch.kind === 'area' && sketch.places.length > 1 && first ? [first] : []
    this.city.point(last ? [{ type: 'LineString', coordinates: [last, place, ...closing] }] : [], better)
  }

  #handleAt(point: Point, reach: number): Drag | undefined {
    const { shape } = this.#view
    if (!shape) return undefined
    const vertex = this.#nearest(vertices(shape), point, reach)
    if (vertex) return { kind: 'vertex', at: vertex.at, last: undefined }
    const middle = this.#nearest(midpoints(shape), point, reach * 0.8)
    return middle && { kind: 'midpoint', ...middle }
  }

  #nearest(all: Iterable<{ at: VertexAt; place: Place }>, point: Point, reach: number) {
    let nearest: { at: VertexAt; place: Place } | undefined
    let least = reach
    for (const one of all) {
      const distance = this.city.map.project(one.place).dist(point)
      if (distance <= least) [nearest, least] = [one, distance]
    }
    return nearest
  }

  #isNear(place: Place | undefined, point: Point, within = REACH_PX.mouse): boolean {
    return place !== undefined && this.city.map.project(place).dist(point) <= within
  }

  #isOnShape({ x, y }: Point, reach: number): boolean {
    const around: [[number, number], [number, number]] = [
      [x - reach, y - reach],
      [x + reach, y + reach],
    ]
    const layers = ['edit-fill', 'edit-line', 'edit-vertex', 'edit-chosen'].filter((id) => this.city.map.getLayer(id))
    return this.city.map.queryRenderedFeatures(around, { layers }).length > 0
  }

  #showCursor(point: Point): void {
    const { sketch, shape } = this.#view
    const style = this.city.map.getCanvas().style
    if (sketch) style.cursor = 'crosshair'
    else if (this.#isMovingWhole) style.cursor = this.#isOnShape(point, REACH_PX.mouse) ? 'move' : ''
    else if (shape && this.#handleAt(point, REACH_PX.mouse)) style.cursor = 'move'
    else style.cursor = this.city.hitsAt(point).length > 0 ? 'pointer' : ''
  }
}

/** With the Alt key held a vertex stays where it is put. */
function isUnsnapped(event: Pointer): boolean {
  return event.originalEvent.altKey
}
