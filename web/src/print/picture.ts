import * as maplibre from 'maplibre-gl'
import type { StyleSpecification } from 'maplibre-gl'
import { basemapOf } from '../map/basemap_names'
import { FONTS } from '../map/fonts'
import { requestOf } from '../map/request'

/** What is to be pictured: a place at a zoom, so many CSS pixels wide and high. */
export interface PictureOrder {
  style: StyleSpecification
  center: [number, number]
  zoom: number
  widthPx: number
  heightPx: number
  /** Pixels of the picture for one CSS pixel. */
  pixelRatio: number
  signal: AbortSignal
}

export interface Picture {
  canvas: HTMLCanvasElement
  /** West, south, east, north as the map itself tells them. */
  bounds: [number, number, number, number]
  /** What is drawn, names left out. */
  features: { layer: string; id: string | number | undefined; properties: Record<string, unknown> }[]
  /** Tiles of a basemap that did not come. */
  missingTiles: number
}

/** Why there is no picture. */
export type PictureFault = 'too-large' | 'incomplete' | 'too-slow'
export class PictureError extends Error {
  constructor(
    readonly fault: PictureFault,
    reason = '',
  ) {
    super(`${fault} ${reason}`)
  }
}

const PATIENCE_MS = 90_000
let limit: number | undefined

/** The longest edge of a picture that this computer can draw, in pixels. */
export function longestEdge(): number {
  if (limit !== undefined) return limit
  const gl = document.createElement('canvas').getContext('webgl2')
  if (!gl) return (limit = 0)
  const view = gl.getParameter(gl.MAX_VIEWPORT_DIMS) as Int32Array
  const edges = [gl.getParameter(gl.MAX_TEXTURE_SIZE), gl.getParameter(gl.MAX_RENDERBUFFER_SIZE), view[0], view[1]]
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return (limit = Math.min(...edges.map(Number)))
}

/** Draws a second map out of sight and takes it as a picture. Tiles of the city that do not come are an error, not a gap. */
export async function takePicture(order: PictureOrder): Promise<Picture> {
  const width = Math.round(order.widthPx * order.pixelRatio)
  const height = Math.round(order.heightPx * order.pixelRatio)
  if (Math.max(width, height) > longestEdge()) throw new PictureError('too-large')
  const container = document.createElement('div')
  Object.assign(container.style, {
    position: 'fixed',
    left: '-30000px',
    top: '0',
    width: `${order.widthPx}px`,
    height: `${order.heightPx}px`,
  })
  container.inert = true
  container.setAttribute('aria-hidden', 'true')
  document.body.append(container)
  const map = new maplibre.Map({
    container,
    style: order.style,
    center: order.center,
    zoom: order.zoom,
    maxZoom: 24,
    minZoom: 0,
    pixelRatio: order.pixelRatio,
    maxCanvasSize: [longestEdge(), longestEdge()],
    interactive: false,
    trackResize: false,
    attributionControl: false,
    fadeDuration: 0,
    localIdeographFontFamily: FONTS,
    canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true },
    transformRequest: requestOf,
  })
  try {
    const missingTiles = await atRest(map, order.signal)
    const canvas = map.getCanvas()
    if (canvas.width !== width || canvas.height !== height) throw new PictureError('too-large')
    const copy = document.createElement('canvas')
    copy.width = width
    copy.height = height
    const context = copy.getContext('2d')
    if (!context) throw new PictureError('too-large')
    context.drawImage(canvas, 0, 0)
    const bounds = map.getBounds()
    return {
      canvas: copy,
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
      features: drawnFeatures(map),
      missingTiles,
    }
  } finally {
    map.remove()
    container.remove()
  }
}

/** Waits until everything is drawn; answers how many tiles of a basemap are missing. */
function atRest(map: maplibre.Map, signal: AbortSignal): Promise<number> {
  let missing = 0
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new PictureError('too-slow')), PATIENCE_MS)
    const end = (act: () => void) => {
      clearTimeout(timer)
      act()
    }
    map.on('error', (event: { error: { message: string }; sourceId?: string }) => {
      if (basemapOf(event.sourceId)) missing += 1
      else end(() => reject(new PictureError('incomplete', event.error.message)))
    })
    map.on('webglcontextlost', () => end(() => reject(new PictureError('too-large'))))
    map.once('idle', () => end(() => resolve(missing)))
    const stop = () => end(() => reject(new DOMException('cancelled', 'AbortError')))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
}

function drawnFeatures(map: maplibre.Map): Picture['features'] {
  const layers = map.getStyle().layers.filter(({ type, id }) => type !== 'symbol' && type !== 'background' && !basemapOf(id))
  const found = map.queryRenderedFeatures({ layers: layers.filter(({ type }) => type !== 'raster').map(({ id }) => id) })
  return found.map(({ layer, id, properties }) => ({ layer: layer.id, id, properties }))
}
