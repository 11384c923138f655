import Flatbush from 'flatbush'
import { pathsOf } from './parts'
import { edgesOf, fraction, type At, type Edge } from './plane'

/** A feature whose exact shape may be snapped to. */
export interface Target {
  layer: string
  id: number
  geometry: GeoJSON.Geometry
}

export interface Snapped {
  /** A vertex is given bit for bit; on an edge the place is computed. */
  kind: 'vertex' | 'edge'
  at: At
  layer: string
  id: number
}

/** Degrees of latitude that a pixel is high there, on the map with tiles of 512 pixels. */
export function degreesPerPixel(zoom: number, latitude: number): number {
  return (360 / (512 * 2 ** zoom)) * Math.cos((latitude * Math.PI) / 180)
}

interface Piece {
  target: Target
  edge: Edge
}

/**
 * The vertices and edges of exact shapes, found by place. Made once for what is in view and asked at
 * every move of the mouse.
 */
export class SnapIndex {
  readonly #pieces: Piece[] = []
  readonly #tree: Flatbush | undefined

  constructor(targets: readonly Target[]) {
    // One order for the same features, however they came: ties fall the same way each time.
    const sorted = [...targets].sort((a, b) => (a.layer < b.layer ? -1 : a.layer > b.layer ? 1 : a.id - b.id))
    for (const target of sorted) {
      for (const path of pathsOf(target.geometry)) {
        const edges: Edge[] = path.length === 1 ? [[path[0]!, path[0]!]] : edgesOf(path)
        for (const edge of edges) this.#pieces.push({ target, edge })
      }
    }
    if (this.#pieces.length === 0) return
    this.#tree = new Flatbush(this.#pieces.length)
    for (const { edge } of this.#pieces) {
      const [a, b] = edge
      this.#tree.add(Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1]))
    }
    this.#tree.finish()
  }

  get edgeCount(): number {
    return this.#pieces.length
  }

  /**
   * The nearest vertex within `reachDeg` (degrees of latitude), else the nearest place of an edge. Of
   * places equally near the first by layer, id and order in the shape. `isLeftOut` passes features over.
   */
  find(at: At, reachDeg: number, isLeftOut: (target: Target) => boolean = () => false): Snapped | undefined {
    if (!this.#tree) return undefined
    // A degree of longitude is shorter than one of latitude: distances are compared as they look.
    const squeeze = Math.cos((at[1] * Math.PI) / 180)
    const flat = ([x, y]: At): At => [(x - at[0]) * squeeze, y - at[1]]
    const [dx, dy] = [reachDeg / squeeze, reachDeg]
    const near = this.#tree.search(at[0] - dx, at[1] - dy, at[0] + dx, at[1] + dy).sort((a, b) => a - b)

    let vertex: Snapped | undefined
    let edge: Snapped | undefined
    let [toVertex, toEdge] = [reachDeg, reachDeg]
    for (const n of near) {
      const piece = this.#pieces[n]!
      const { layer, id } = piece.target
      if (isLeftOut(piece.target)) continue
      for (const end of piece.edge) {
        const away = Math.hypot(...flat(end))
        if (away < toVertex || (away === toVertex && !vertex)) {
          toVertex = away
          vertex = { kind: 'vertex', at: end, layer, id }
        }
      }
      if (vertex) continue
      const [a, b] = piece.edge
      const t = fraction([flat(a), flat(b)], [0, 0])
      const place: At = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
      const away = Math.hypot(...flat(place))
      if (away < toEdge || (away === toEdge && !edge)) {
        toEdge = away
        edge = { kind: 'edge', at: place, layer, id }
      }
    }
    return vertex ?? edge
  }
}
