import Flatbush from 'flatbush'
import { TOUCH_DEG, type Edge } from './plane'

/** Edges found by where they are. */
export class EdgeIndex {
  readonly #tree: Flatbush | undefined

  constructor(readonly edges: readonly Edge[]) {
    if (edges.length === 0) return
    this.#tree = new Flatbush(edges.length)
    for (const [a, b] of edges) {
      this.#tree.add(Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1]))
    }
    this.#tree.finish()
  }

  /** The numbers, in order, of the edges whose boxes come within a touch of this edge's. */
  near([a, b]: Edge): number[] {
    if (!this.#tree) return []
    const found = this.#tree.search(
      Math.min(a[0], b[0]) - TOUCH_DEG,
      Math.min(a[1], b[1]) - TOUCH_DEG,
      Math.max(a[0], b[0]) + TOUCH_DEG,
      Math.max(a[1], b[1]) + TOUCH_DEG,
    )
    return found.sort((m, n) => m - n)
  }
}
