export type PaperSize = 'a4' | 'a3'
export type Orientation = 'portrait' | 'landscape'

/** A rectangle on paper in millimetres from the upper left corner. */
export interface Box {
  x: number
  y: number
  w: number
  h: number
}

/** Where everything of a sheet stands. */
export interface Layout {
  page: { w: number; h: number }
  title: Box
  map: Box
  legend: Box
  /** Scale and scale bar. */
  scale: Box
  /** Sources, licences, revision and date. */
  credits: Box
}

/** ISO 216, upright. */
const SIZES: Record<PaperSize, [number, number]> = { a4: [210, 297], a3: [297, 420] }
const MARGIN = 10
const GAP = 3

/** A sheet with the legend beside the map where it is wide, and below where it is high. */
export function layoutOf(size: PaperSize, orientation: Orientation): Layout {
  const [short, long] = SIZES[size]
  const [w, h] = orientation === 'landscape' ? [long, short] : [short, long]
  const isLarge = size === 'a3'
  const inner = w - 2 * MARGIN
  const title = { x: MARGIN, y: MARGIN, w: inner, h: isLarge ? 16 : 12 }
  const footHeight = isLarge ? 18 : 15
  const footTop = h - MARGIN - footHeight
  const scale = { x: MARGIN, y: footTop, w: isLarge ? 95 : 75, h: footHeight }
  const credits = { x: scale.x + scale.w + GAP, y: footTop, w: inner - scale.w - GAP, h: footHeight }
  const top = title.y + title.h
  const height = footTop - GAP - top
  if (orientation === 'landscape') {
    const legendWidth = isLarge ? 62 : 50
    const map = { x: MARGIN, y: top, w: inner - legendWidth - GAP, h: height }
    return { page: { w, h }, title, map, legend: { x: map.x + map.w + GAP, y: top, w: legendWidth, h: height }, scale, credits }
  }
  const legendHeight = isLarge ? 62 : 46
  const map = { x: MARGIN, y: top, w: inner, h: height - legendHeight - GAP }
  return { page: { w, h }, title, map, legend: { x: MARGIN, y: map.y + map.h + GAP, w: inner, h: legendHeight }, scale, credits }
}
