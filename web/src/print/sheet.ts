import type { StyleSpecification } from 'maplibre-gl'
import { entriesDrawn, type LegendEntry } from '../map/legend'
import { drawSheet } from './draw_sheet'
import type { SheetTexts } from './sheet_texts'
import { layoutOf, type Layout, type Orientation, type PaperSize } from './paper'
import { takePicture } from './picture'
import { PX_MM, scaleBar, zoomOf } from './scale'

/** A map on paper as it is asked for. Nothing in it belongs to one workspace: report pages order theirs so too. */
export interface SheetOrder {
  paper: PaperSize
  orientation: Orientation
  dpi: number
  /** 1:this, on the ground. */
  scale: number
  /** Longitude and latitude of the middle. */
  center: [number, number]
  style: StyleSpecification
  /** Everything that the legend could say; what is not drawn is left out. */
  legend: LegendEntry[]
  texts: SheetTexts
  signal: AbortSignal
}

/** A map on paper. */
export interface Sheet {
  canvas: HTMLCanvasElement
  layout: Layout
  dpi: number
  scale: number
  title: string
  legend: LegendEntry[]
  credits: string[]
  bar: { lengthM: number; mm: number; xMm: number; yMm: number }
  /** Of the frame: west, south, east, north. */
  bounds: [number, number, number, number]
  /** Tiles of the basemap that did not come. */
  missingTiles: number
}

const LONGEST_BAR_MM = 60

export async function makeSheet(order: SheetOrder): Promise<Sheet> {
  const layout = layoutOf(order.paper, order.orientation)
  const { map } = layout
  // A pixel more than the frame at each side, so that it is filled to its edge.
  const picture = await takePicture({
    style: order.style,
    center: order.center,
    zoom: zoomOf(order.scale, order.center[1]),
    widthPx: Math.ceil(map.w / PX_MM) + 2,
    heightPx: Math.ceil(map.h / PX_MM) + 2,
    pixelRatio: order.dpi / 96,
    signal: order.signal,
  })
  const legend = entriesDrawn(order.legend, picture.features)
  const bar = { ...scaleBar(order.scale, LONGEST_BAR_MM), xMm: layout.scale.x, yMm: layout.scale.y + layout.scale.h - 4 }
  const canvas = drawSheet({ layout, dpi: order.dpi, scale: order.scale, texts: order.texts, legend, bar, picture })
  return {
    canvas,
    layout,
    dpi: order.dpi,
    scale: order.scale,
    title: order.texts.title,
    legend,
    credits: order.texts.credits,
    bar,
    bounds: picture.bounds,
    missingTiles: picture.missingTiles,
  }
}
