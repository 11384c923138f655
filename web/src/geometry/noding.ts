import { EdgeIndex } from './edge_index'
import { crossing, distanceDeg, edgesOf, fraction, isSame, nearestOn, TOUCH_DEG, type At, type Edge, type Line } from './plane'

/** A line with further places on its edges, each at its own place of the way. */
export class Cuts {
  readonly #line: Line
  readonly #places = new Map<number, { t: number; at: At }[]>()

  constructor(line: Line) {
    this.#line = line
  }

  add(edge: number, at: At): void {
    const [a, b] = [this.#line[edge]!, this.#line[edge + 1]!]
    if (isSame(at, a) || isSame(at, b)) return
    const places = this.#places.get(edge) ?? []
    if (places.some((place) => isSame(place.at, at))) return
    places.push({ t: fraction([a, b], at), at })
    this.#places.set(edge, places)
  }

  line(): Line {
    return this.#line.flatMap((at, n) => {
      const places = (this.#places.get(n) ?? []).sort((a, b) => a.t - b.t)
      return [at, ...places.map((place) => place.at)]
    })
  }
}

/** The same line with vertices that lie within a touch of one of `vertices` moved onto it, bit for bit. */
export function onVertices(line: Line, vertices: readonly At[]): Line {
  const index = new EdgeIndex(vertices.map((at): Edge => [at, at]))
  const moved = line.map((at) => {
    const near = index.near([at, at]).map((n) => vertices[n]!)
    const nearest = near.reduce<At | undefined>(
      (best, one) => (!best || distanceDeg(one, at) < distanceDeg(best, at) ? one : best),
      undefined,
    )
    return nearest && distanceDeg(nearest, at) <= TOUCH_DEG ? nearest : at
  })
  return moved.filter((at, n) => n === 0 || !isSame(at, moved[n - 1]!))
}

/** The line with each of `vertices` that lies within a touch of an edge as a vertex of its own. */
export function withVertices(line: Line, vertices: readonly At[]): Line {
  const cuts = new Cuts(line)
  const edges = edgesOf(line)
  const index = new EdgeIndex(edges)
  for (const at of vertices) {
    for (const n of index.near([at, at])) {
      const edge = edges[n]!
      const isAtEnd = distanceDeg(edge[0], at) <= TOUCH_DEG || distanceDeg(edge[1], at) <= TOUCH_DEG
      if (!isAtEnd && distanceDeg(nearestOn(edge, at), at) <= TOUCH_DEG) cuts.add(n, at)
    }
  }
  return cuts.line()
}

/**
 * `paths` and a knife that cuts them, with a vertex in both wherever they meet: the same numbers on both
 * sides. What comes within a touch meets; the knife bends for it, the paths do not.
 */
export function noded(paths: readonly Line[], knife: Line): { paths: Line[]; knife: Line } {
  const vertices = paths.flat()
  const edges: Edge[] = []
  const from: { path: number; order: number }[] = []
  paths.forEach((path, n) => {
    edgesOf(path).forEach((edge, order) => {
      edges.push(edge)
      from.push({ path: n, order })
    })
  })
  const index = new EdgeIndex(edges)
  const cuts = paths.map((path) => new Cuts(path))
  const cut = (n: number, at: At) => cuts[from[n]!.path]!.add(from[n]!.order, at)

  // Ends and corners of the knife first: onto a vertex, else onto an edge.
  const placed = onVertices(knife, vertices).map((at) => {
    for (const n of index.near([at, at])) {
      const place = nearestOn(edges[n]!, at)
      if (distanceDeg(place, at) > TOUCH_DEG) continue
      cut(n, place)
      return place
    }
    return at
  })
  let blade = placed.filter((at, n) => n === 0 || !isSame(at, placed[n - 1]!))
  // Then the vertices that it passes, so that what is left crosses cleanly.
  blade = withVertices(blade, vertices)

  const blades = new Cuts(blade)
  const bladeEdges = edgesOf(blade)
  bladeEdges.forEach((edge, m) => {
    for (const n of index.near(edge)) {
      const at = crossing(edge, edges[n]!)
      if (!at || isNearEnd(at, edge) || isNearEnd(at, edges[n]!)) continue
      cut(n, at)
      blades.add(m, at)
    }
    // A knife that crosses itself cuts out a loop.
    for (let other = m + 2; other < bladeEdges.length; other += 1) {
      const at = crossing(edge, bladeEdges[other]!)
      if (!at) continue
      blades.add(m, at)
      blades.add(other, at)
    }
  })
  return { paths: cuts.map((one) => one.line()), knife: blades.line() }
}

const isNearEnd = (at: At, [a, b]: Edge) => distanceDeg(at, a) <= TOUCH_DEG || distanceDeg(at, b) <= TOUCH_DEG
