import 'maplibre-gl/dist/maplibre-gl.css'
import * as maplibre from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { type City, type Feature, type Layer } from '../api/client'
import type { Language } from '../i18n'
import { MOST_NAMED, type PlaceName } from './place_names'
import { Drawing, type DrawnGeometry, type DrawnShape } from './drawing'
import type { Better } from './editing/edit_canvas'
import { editLayers } from './editing/edit_layers'
import { buildingColour, CLASS_STATE, coverageLayers, type Colouring } from './coverage_layers'
import { coveredStyle, PALE_COMMUNITY } from './covered_style'
import { FONTS } from './fonts'
import { outlineLayers } from './outline'
import { ground } from './palette'
import { withPrecincts } from './precinct_layers'
import { previewLayers } from './preview'
import { selectionLayers } from './selection'
import {
  CITY_SOURCE,
  COVERAGE_SOURCE,
  EDIT_SOURCE,
  NAMES_SOURCE,
  OUTLINE_SOURCE,
  POINTER_SOURCE,
  PRECINCT_SOURCE,
  PREVIEW_SOURCE,
  SELECTION_SOURCE,
  STAFF_SOURCE,
  TRENCH_SOURCE,
} from './source_names'
import { CLICK_ORDER, stack } from './stack'
import { sourceOf } from './tiles_of'
import { tilesShowing, type Touched } from './touched'
import { trenchLayers } from './trench_layers'
import { wayInto } from './way_into'
import type { DrawnBasemap } from './basemap'
import { BasemapLayers } from './basemap_layers'
import { basemapOf } from './basemap_names'
import { Dragging, type Grip } from './dragging'
import { requestOf } from './request'

maplibre.setWorkerUrl(workerUrl)

/** A place to look at. */
export interface View {
  zoom: number
  lat: number
  lon: number
}

/** What lies under a click: one feature, or a number of them that a cell stands for. */
export interface Hit {
  layer: string
  id: number
  label: string | undefined
  count: number
}

export interface MapEvents {
  onMove: (view: View) => void
  onClick: (hits: Hit[], place: [number, number]) => void
  onShape: (geometry: DrawnGeometry, isFinished: boolean) => void
  onLoading: (isLoading: boolean) => void
  /** Whether tiles of the basemap come. */
  onBasemap: (isComing: boolean) => void
}

/** Tiles are exact there; MapLibre draws deeper zooms from them. */
const DEEPEST_TILES = 16
const REACH_PX = 5
const NO_FEATURES: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }

/** The map of the city, held apart from the interface: it is told what to show and tells what happens. */
export class CityMap {
  readonly map: maplibre.Map
  /** There while a style is: drawing has layers of its own in it. */
  #drawing: Drawing | undefined
  /** What waits for the style. */
  #waiting: (() => void)[] = []
  #names: GeoJSON.FeatureCollection = NO_FEATURES
  #selected: GeoJSON.FeatureCollection = NO_FEATURES
  #preview: GeoJSON.FeatureCollection = NO_FEATURES
  #outline: GeoJSON.FeatureCollection = NO_FEATURES
  #edit: GeoJSON.FeatureCollection = NO_FEATURES
  #covered: GeoJSON.FeatureCollection = NO_FEATURES
  #divided: GeoJSON.FeatureCollection = NO_FEATURES
  #dug: GeoJSON.FeatureCollection = NO_FEATURES
  #colouring: Colouring | undefined
  /** Clicks and cursor are the editor's. */
  isEdited = false
  readonly #basemap = new BasemapLayers()
  #layers: Layer[]
  #visible: ReadonlySet<string>
  #language: Language

  constructor(
    container: HTMLElement,
    city: City,
    layers: Layer[],
    visible: ReadonlySet<string>,
    language: Language,
    view: View | undefined,
    title: string,
    readonly events: MapEvents,
  ) {
    this.#layers = layers
    this.#visible = visible
    this.#language = language
    this.map = new maplibre.Map({
      container,
      style: this.#style(),
      center: view ? [view.lon, view.lat] : (city.center as [number, number]),
      zoom: view?.zoom ?? city.zoom,
      maxZoom: 21,
      minZoom: 4,
      attributionControl: false,
      localIdeographFontFamily: FONTS,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 120,
      // What was seen before may have changed since; asking again costs a 304.
      maxTileCacheSize: 0,
      // The worker keeps what it sliced from a tile for deeper zooms, also when the tile has changed; so it slices none.
      zoomLevelsToOverscale: undefined,
      locale: { 'Map.Title': title },
      transformRequest: requestOf,
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    this.map.addControl(new maplibre.ScaleControl({ unit: 'metric' }), 'bottom-right')
    this.map.on('moveend', () => this.events.onMove(this.view()))
    this.map.on('dataloading', () => this.events.onLoading(true))
    this.map.on('idle', () => this.events.onLoading(false))
    this.map.on('click', (event) => this.#click(event.point))
    this.map.on('mousemove', (event) => this.#point(event.point))
    this.map.on('error', (event: { error: { message: string }; sourceId?: string }) => {
      if (basemapOf(event.sourceId)) this.events.onBasemap(false)
      else console.error(event.error)
    })
    this.map.on('sourcedata', (event) => {
      if (event.tile && basemapOf(event.sourceId)) this.events.onBasemap(true)
    })
    this.map.on('style.load', () => this.#styleCame())
  }

  view(): View {
    const { lng, lat } = this.map.getCenter()
    return { zoom: this.map.getZoom(), lat, lon: lng }
  }

  /** West, south, east, north of what is seen. */
  bounds(): [number, number, number, number] {
    const bounds = this.map.getBounds()
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
  }

  /** The place in the middle of what panels leave free. */
  middle(padding: Required<maplibre.PaddingOptions>): [number, number] {
    const { clientWidth, clientHeight } = this.map.getContainer()
    const x = (padding.left + clientWidth - padding.right) / 2
    const y = (padding.top + clientHeight - padding.bottom) / 2
    const { lng, lat } = this.map.unproject([x, y])
    return [lng, lat]
  }

  /** What is drawn now as a style for paper: without what is only shown to whoever works here. */
  paperStyle(): maplibre.StyleSpecification {
    const style = this.#style()
    const passing = [COVERAGE_SOURCE, PRECINCT_SOURCE, TRENCH_SOURCE, SELECTION_SOURCE, PREVIEW_SOURCE, OUTLINE_SOURCE, EDIT_SOURCE, POINTER_SOURCE]
    const layers = style.layers.filter((layer) => !('source' in layer && passing.includes(String(layer.source))))
    const sources = Object.fromEntries(Object.entries(style.sources).filter(([id]) => !passing.includes(id)))
    return { ...style, sources, layers }
  }

  /** What is drawn now with the colours of coverage, for a picture; an area may be outlined. */
  coveredStyle(colouring: Colouring | undefined, outlined?: GeoJSON.Geometry): maplibre.StyleSpecification {
    return coveredStyle(this.paperStyle(), this.#covered, colouring, outlined)
  }

  /** A style for a picture of how the city is divided. */
  dividedStyle(divided: GeoJSON.FeatureCollection): maplibre.StyleSpecification {
    const style = this.paperStyle()
    const sources = { ...style.sources, [PRECINCT_SOURCE]: { type: 'geojson' as const, data: divided } }
    return { ...style, sources, layers: withPrecincts(style.layers) }
  }

  /** A style for a picture of works and trenches. */
  dugStyle(dug: GeoJSON.FeatureCollection): maplibre.StyleSpecification {
    const style = this.paperStyle()
    const sources = { ...style.sources, [TRENCH_SOURCE]: { type: 'geojson' as const, data: dug } }
    return { ...style, sources, layers: [...style.layers, ...trenchLayers()] }
  }

  jumpTo(view: View): void {
    this.map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom })
  }

  /** Flies to bounds, leaving `padding` free for panels; a point is shown at street scale. */
  flyTo(bounds: number[], padding: maplibre.PaddingOptions): void {
    const [west = 0, south = 0, east = 0, north = 0] = bounds
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map.fitBounds([west, south, east, north], { padding, maxZoom: 17, duration: isCalm ? 0 : 900 })
  }

  /** Moves the map just so far that bounds which panels cover, or the edge cuts, lie free; a flight under way is left alone. */
  reveal(bounds: number[], padding: Required<maplibre.PaddingOptions>): void {
    if (this.map.isMoving()) return
    const [west = 0, south = 0, east = 0, north = 0] = bounds
    const [from, to] = [this.map.project([west, north]), this.map.project([east, south])]
    const { clientWidth, clientHeight } = this.map.getContainer()
    const x = wayInto(from.x, to.x, padding.left, clientWidth - padding.right)
    const y = wayInto(from.y, to.y, padding.top, clientHeight - padding.bottom)
    if (!x && !y) return
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.map.panBy([x, y], { duration: isCalm ? 0 : 300 })
  }

  zoomBy(step: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + step })
  }

  show(visible: ReadonlySet<string>): void {
    this.#visible = visible
    this.#whenReady(() => {
      for (const { of, spec } of this.#stack()) {
        this.map.setLayoutProperty(spec.id, 'visibility', visible.has(of) ? 'visible' : 'none')
      }
    })
  }

  /** Draws everything anew: another language, or another viewer with other layers. */
  restyle(layers: Layer[], language: Language, title: string): void {
    this.#layers = layers
    this.#language = language
    this.map.getCanvas().setAttribute('aria-label', title)
    this.#whenReady(() => {
      this.#drawing?.end()
      this.#drawing = undefined
      this.map.setStyle(this.#style(), { diff: false })
    })
  }

  /** Asks again for the tiles that show what was touched, or for all; what did not change is answered with 304. */
  refresh(touched?: Touched[]): void {
    this.#whenReady(() => {
      // A tile that is on its way may have been drawn before the change.
      if (!this.map.areTilesLoaded()) this.map.once('idle', () => this.#ask(touched))
      this.#ask(touched)
    })
  }

  #ask(touched: Touched[] | undefined): void {
    for (const source of [CITY_SOURCE, STAFF_SOURCE]) {
      if (!this.map.getSource(source)) continue
      const changes = touched?.filter(({ layer }) => sourceOf(layer) === source)
      const boxes = changes?.flatMap((change) => change.boxes ?? [])
      const isAll = !changes || changes.some((change) => !change.boxes)
      const tiles = isAll ? undefined : tilesShowing(boxes ?? [], this.#tileZooms(), this.bounds())
      if (!tiles) this.map.refreshTiles(source)
      else if (tiles.length > 0) this.map.refreshTiles(source, tiles)
    }
  }

  /** The zooms whose tiles may be on the screen: this one's, and neighbours shown until its own have come. */
  #tileZooms(): number[] {
    const zoom = Math.round(this.map.getZoom())
    const zooms = [-3, -2, -1, 0, 1, 2].map((step) => Math.min(DEEPEST_TILES, Math.max(0, zoom + step)))
    return [...new Set(zooms)]
  }

  select(feature: Feature | undefined): void {
    const features = feature ? [{ type: 'Feature' as const, geometry: feature.geometry, properties: {} }] : []
    this.#selected = { type: 'FeatureCollection', features }
    this.#fill(SELECTION_SOURCE, this.#selected)
  }

  /** The names of areas, each at one place. */
  name(names: PlaceName[]): void {
    const features = names.map(({ at, layer, name, households }) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: at },
      properties: { layer, name, households },
    }))
    this.#names = { type: 'FeatureCollection', features }
    this.#fill(NAMES_SOURCE, this.#names)
  }

  /** Draws features that are not of the city yet, or no longer any. */
  preview(features: GeoJSON.FeatureCollection | undefined): void {
    this.#preview = features ?? NO_FEATURES
    this.#fill(PREVIEW_SOURCE, this.#preview)
  }

  /** Draws the edge of an area that something is about to be done with. */
  outline(geometry: GeoJSON.Geometry | undefined): void {
    const features = geometry ? [{ type: 'Feature' as const, geometry, properties: {} }] : []
    this.#outline = { type: 'FeatureCollection', features }
    this.#fill(OUTLINE_SOURCE, this.#outline)
  }

  /** Draws the facilities that a rule looks for, and what is reached. */
  cover(features: GeoJSON.FeatureCollection | undefined): void {
    this.#covered = features ?? NO_FEATURES
    this.#fill(COVERAGE_SOURCE, this.#covered)
  }

  /** Draws how the city is divided into precincts. */
  divide(features: GeoJSON.FeatureCollection | undefined): void {
    this.#divided = features ?? NO_FEATURES
    this.#fill(PRECINCT_SOURCE, this.#divided)
  }

  /** Draws works, shared trenches, open and protected streets, and clashes. */
  dig(features: GeoJSON.FeatureCollection | undefined): void {
    this.#dug = features ?? NO_FEATURES
    this.#fill(TRENCH_SOURCE, this.#dug)
  }

  /** What of some drawn layers lies at a place, in the order of the layers. */
  drawnAt(place: [number, number], layers: string[]): Record<string, unknown>[] {
    return this.#drawnUnder(this.map.project(place), layers)
  }

  /** Tells what of some drawn layers lies under the pointer, and where that is; answers what ends that. */
  hover(layers: string[], tell: (under: Record<string, unknown> | undefined, at: { x: number; y: number }) => void): () => void {
    const moved = this.map.on('mousemove', ({ point }) => {
      const [under] = this.#drawnUnder(point, layers)
      if (under) this.map.getCanvas().style.cursor = 'pointer'
      tell(under, point)
    })
    const left = this.map.on('mouseout', ({ point }) => tell(undefined, point))
    return () => {
      moved.unsubscribe()
      left.unsubscribe()
    }
  }

  #drawnUnder(point: maplibre.Point, layers: string[]): Record<string, unknown>[] {
    const there = layers.filter((id) => this.map.getLayer(id))
    if (there.length === 0) return []
    const around: [maplibre.PointLike, maplibre.PointLike] = [
      [point.x - REACH_PX, point.y - REACH_PX],
      [point.x + REACH_PX, point.y + REACH_PX],
    ]
    const found = this.map.queryRenderedFeatures(around, { layers: there })
    return found.sort((a, b) => layers.indexOf(a.layer.id) - layers.indexOf(b.layer.id)).map(({ properties }) => properties)
  }

  /** Colours the buildings by their classes, or as they are otherwise. */
  colour(colouring: Colouring | undefined): void {
    this.#colouring = colouring
    this.#whenReady(() => this.#paintBuildings())
  }

  #paintBuildings(): void {
    if (!this.map.getSource(CITY_SOURCE) || !this.map.getLayer('building')) return
    this.map.removeFeatureState({ source: CITY_SOURCE, sourceLayer: 'building' })
    const colouring = this.#colouring
    for (const [i, id] of (colouring?.ids ?? []).entries()) {
      this.map.setFeatureState({ source: CITY_SOURCE, sourceLayer: 'building', id }, { [CLASS_STATE]: colouring?.classes[i] })
    }
    const plain = (id: string) => this.#stack().find(({ spec }) => spec.id === id)?.spec.paint as Record<string, never> | undefined
    this.map.setPaintProperty('building', 'fill-color', colouring ? buildingColour(colouring.colours) : plain('building')?.['fill-color'])
    this.map.setPaintProperty('building', 'fill-opacity', colouring ? 0.95 : plain('building')?.['fill-opacity'])
    if (!this.map.getLayer('community')) return
    this.map.setPaintProperty('community', 'fill-opacity', colouring ? PALE_COMMUNITY : plain('community')?.['fill-opacity'])
  }

  /** Draws what is being edited. */
  edit(features: GeoJSON.FeatureCollection | undefined): void {
    this.#edit = features ?? NO_FEATURES
    this.#fill(EDIT_SOURCE, this.#edit)
  }

  /** Draws what follows the pointer of an editor, and what it has snapped to. */
  point(geometries: GeoJSON.Geometry[] = [], better?: Better): void {
    const features: GeoJSON.Feature[] = geometries.map((geometry) => ({ type: 'Feature', geometry, properties: {} }))
    if (better) {
      const { place, kind, label } = better
      features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: place }, properties: { kind, label } })
    }
    this.#fill(POINTER_SOURCE, { type: 'FeatureCollection', features })
  }

  /** Lays a map of somebody else's beneath the city's, or takes it away. */
  layBasemap(drawn: DrawnBasemap | undefined, opacity: number): void {
    this.#whenReady(() => this.#basemap.lay(this.map, drawn, opacity, this.#stack()[0]?.spec.id))
  }

  fadeBasemap(opacity: number): void {
    this.#whenReady(() => this.#basemap.fade(this.map, opacity))
  }

  /** Whose map lies beneath the city's. */
  basemapAttribution(): string | undefined {
    return this.#basemap.attribution
  }

  /** Lets things of a layer be dragged; answers what ends that. */
  grip(grip: Grip): () => void {
    return new Dragging(this.map, grip).end
  }

  draw(shape: DrawnShape): void {
    this.#whenReady(() => this.#drawing?.start(shape))
    this.map.getCanvas().focus()
  }

  clearDrawing(): void {
    this.#whenReady(() => this.#drawing?.clear())
  }

  destroy(): void {
    this.map.remove()
  }

  #fill(source: string, data: GeoJSON.FeatureCollection): void {
    this.#whenReady(() => void this.map.getSource<maplibre.GeoJSONSource>(source)?.setData(data))
  }

  #styleCame(): void {
    this.#drawing = new Drawing(this.map, (geometry, isFinished) => this.events.onShape(geometry, isFinished))
    if (this.#colouring) this.#paintBuildings()
    for (const act of this.#waiting.splice(0)) act()
  }

  #whenReady(act: () => void): void {
    if (this.#drawing) act()
    else this.#waiting.push(act)
  }

  #stack() {
    const known = new Set(this.#layers.map((layer) => layer.id))
    const crowded = new Set(this.#layers.filter((layer) => layer.count > MOST_NAMED).map((layer) => layer.id))
    return stack(this.#language, crowded).filter(({ of }) => known.has(of))
  }

  #style(): maplibre.StyleSpecification {
    const sources: maplibre.StyleSpecification['sources'] = {
      [SELECTION_SOURCE]: { type: 'geojson', data: this.#selected },
      [NAMES_SOURCE]: { type: 'geojson', data: this.#names },
      [PREVIEW_SOURCE]: { type: 'geojson', data: this.#preview },
      [OUTLINE_SOURCE]: { type: 'geojson', data: this.#outline },
      [COVERAGE_SOURCE]: { type: 'geojson', data: this.#covered },
      [PRECINCT_SOURCE]: { type: 'geojson', data: this.#divided },
      [TRENCH_SOURCE]: { type: 'geojson', data: this.#dug },
      [EDIT_SOURCE]: { type: 'geojson', data: this.#edit },
      [POINTER_SOURCE]: { type: 'geojson', data: NO_FEATURES },
      ...this.#basemap.sources,
    }
    for (const source of [CITY_SOURCE, STAFF_SOURCE]) {
      const ids = this.#layers.map((layer) => layer.id).filter((id) => sourceOf(id) === source)
      if (ids.length === 0) continue
      sources[source] = {
        type: 'vector',
        tiles: [`${location.origin}/tiles/${ids.join(',')}/{z}/{x}/{y}.mvt`],
        maxzoom: DEEPEST_TILES,
      }
    }
    const drawn = this.#stack().map(
      ({ of, spec }) =>
        ({
          ...spec,
          layout: { ...spec.layout, visibility: this.#visible.has(of) ? 'visible' : 'none' },
        }) as maplibre.LayerSpecification,
    )
    const land: maplibre.LayerSpecification = {
      id: 'land',
      type: 'background',
      paint: { 'background-color': ground.land },
    }
    const above = [...trenchLayers(), ...coverageLayers(), ...previewLayers(), ...outlineLayers(), ...selectionLayers(), ...editLayers()]
    return { version: 8, sources, layers: [land, ...this.#basemap.layers(), ...withPrecincts(drawn), ...above] }
  }

  /** What lies at a pixel, what is sought most first. */
  hitsAt(point: maplibre.Point): Hit[] {
    const around: [maplibre.PointLike, maplibre.PointLike] = [
      [point.x - REACH_PX, point.y - REACH_PX],
      [point.x + REACH_PX, point.y + REACH_PX],
    ]
    const layers = this.#stack()
      .map(({ spec }) => spec.id)
      .filter((id) => this.map.getLayer(id))
    const hits = new Map<string, Hit>()
    for (const feature of this.map.queryRenderedFeatures(around, { layers })) {
      const layer = feature.sourceLayer
      if (layer === undefined) continue
      const count = Number(feature.properties['pq_count'] ?? 0)
      if (!count && typeof feature.id !== 'number') continue
      const id = Number(feature.id ?? 0)
      const label = feature.properties['name'] as string | undefined
      hits.set(count ? `${layer} counted` : `${layer}/${id}`, { layer, id, label, count })
    }
    const rank = (hit: Hit) => CLICK_ORDER.indexOf(hit.layer) + (hit.count ? 100 : 0)
    return [...hits.values()].sort((a, b) => rank(a) - rank(b))
  }

  #click(point: maplibre.Point): void {
    if (this.#drawing && !this.#drawing.isActive && !this.isEdited) {
      const { lng, lat } = this.map.unproject(point)
      this.events.onClick(this.hitsAt(point), [lng, lat])
    }
  }

  #point(point: maplibre.Point): void {
    if (!this.#drawing || this.#drawing.isActive || this.isEdited) return
    this.map.getCanvas().style.cursor = this.hitsAt(point).length > 0 ? 'pointer' : ''
  }
}
