/** West, south, east, north in degrees. */
export type Box = [number, number, number, number]

/** What a revision changed in a layer; without boxes it may be anything. */
export interface Touched {
  layer: string
  boxes: Box[] | undefined
}

export interface TileId {
  x: number
  y: number
  z: number
}

/** Tiles are drawn with a margin of 64 of their 4096 units, so a neighbour may show what lies outside. */
const MARGIN = 64 / 4096
/** More tiles than that are sooner asked for all together; no window shows so many. */
const MOST = 400

/**
 * The tiles of `zooms` that show something of the boxes within `view`; undefined when they are too
 * many to name.
 */
export function tilesShowing(boxes: Box[], zooms: number[], view: Box): TileId[] | undefined {
  const tiles = new Map<string, TileId>()
  for (const z of zooms) {
    const [viewLeft, viewTop, viewRight, viewBottom] = span(view, z, 1)
    for (const box of boxes) {
      const [left, top, right, bottom] = span(box, z, MARGIN)
      for (let x = Math.max(left, viewLeft); x <= Math.min(right, viewRight); x++) {
        for (let y = Math.max(top, viewTop); y <= Math.min(bottom, viewBottom); y++) {
          tiles.set(`${z}/${x}/${y}`, { x, y, z })
          if (tiles.size > MOST) return undefined
        }
      }
    }
  }
  return [...tiles.values()]
}

/** First column, first row, last column, last row. */
function span([west, south, east, north]: Box, z: number, margin: number): Box {
  const across = 2 ** z
  const within = (at: number) => Math.min(across - 1, Math.max(0, Math.floor(at)))
  const [left, right] = [column(west, across), column(east, across)]
  const [top, bottom] = [row(north, across), row(south, across)]
  return [within(left - margin), within(top - margin), within(right + margin), within(bottom + margin)]
}

function column(longitude: number, across: number): number {
  return ((longitude + 180) / 360) * across
}

function row(latitude: number, across: number): number {
  return ((1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2) * across
}
