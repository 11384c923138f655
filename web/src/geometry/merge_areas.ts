// polyclip-ts (MIT) unites by exact arithmetic and so keeps every vertex bit for bit; turf has changed to it
// from polygon-clipping, whose last releases fail on close vertices.
import { intersection, union } from 'polyclip-ts'
import { onVertices, withVertices } from './noding'
import { edgesOf, isSame, sizeOf, turned, type Area, type At, type Ring } from './plane'

export interface MergedAreas {
  areas: Area[]
  /** The given shapes (by their numbers) that hang together, a list for each part or group of parts. */
  groups: number[][]
  /** Shapes that meet at places only, not along an edge, and so stay parts. */
  meetAtPoints: At[]
  /** Gaps that the merged area now encloses. */
  gaps: Ring[]
  /** Square degrees that several of the shapes covered, as a share of what is covered now. */
  overlap: number
}

/**
 * The union of area shapes. Borders within a touch of each other become one, with every vertex of both;
 * the first shape's numbers hold. No vertex of the outer border is lost, since a neighbour may share it.
 */
export function mergeAreas(given: readonly (readonly Area[])[]): MergedAreas {
  const shapes = fitted(given)
  const [first, ...rest] = shapes.map(toClip)
  if (!first) return { areas: [], groups: [], meetAtPoints: [], gaps: [], overlap: 0 }
  const vertices = shapes.flat(3)
  const areas = union(first, ...rest).map((area) =>
    area.map((ring, n) => turned(closed(withVertices(ring as Ring, vertices)), n === 0)),
  )
  const covered = areas.reduce((sum, area) => sum + sizeOf(area), 0)
  const before = shapes.flat().reduce((sum, area) => sum + sizeOf(area), 0)
  return {
    areas,
    groups: groupsOf(shapes),
    meetAtPoints: pointsBetween(areas),
    gaps: gapsIn(areas, shapes),
    overlap: Math.max(0, before - covered) / covered,
  }
}

/** The shapes with their borders drawn onto each other. */
function fitted(given: readonly (readonly Area[])[]): Area[][] {
  let known: At[] = []
  const moved = given.map((shape) => {
    const areas = shape.map((area) => area.map((ring) => closed(onVertices(ring, known))))
    known = [...known, ...areas.flat(2)]
    return areas
  })
  return moved.map((shape) => shape.map((area) => area.map((ring) => withVertices(ring, known))))
}

function closed(ring: Ring): Ring {
  return isSame(ring[0]!, ring.at(-1)!) ? ring : [...ring, ring[0]!]
}

type Clip = Parameters<typeof union>[0]
const toClip = (shape: Area[]): Clip => shape.map((area) => area.map((ring) => ring.map(([x, y]): [number, number] => [x, y])))

/** Which shapes hang together, along an edge or by overlapping. */
function groupsOf(shapes: Area[][]): number[][] {
  const group = shapes.map((_, n) => n)
  const root = (n: number): number => (group[n] === n ? n : root(group[n]!))
  shapes.forEach((one, n) => {
    shapes.forEach((other, m) => {
      if (m > n && root(n) !== root(m) && hang(one, other)) group[root(m)] = root(n)
    })
  })
  const roots = [...new Set(shapes.map((_, n) => root(n)))]
  return roots.map((top) => shapes.map((_, n) => n).filter((n) => root(n) === top))
}

function hang(one: Area[], other: Area[]): boolean {
  const edges = new Set(one.flat().flatMap(edgesOf).flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]))
  return (
    other.flat().flatMap(edgesOf).some(([a, b]) => edges.has(`${a} ${b}`)) ||
    intersection(toClip(one), toClip(other)).length > 0
  )
}

/** Vertices that two parts share. */
function pointsBetween(areas: Area[]): At[] {
  const seen = new Map<string, number>()
  const found = new Map<string, At>()
  areas.forEach((area, n) => {
    for (const at of area.flat()) {
      const before = seen.get(`${at}`)
      if (before !== undefined && before !== n) found.set(`${at}`, at)
      seen.set(`${at}`, before ?? n)
    }
  })
  return [...found.values()]
}

/** Holes of the merged area that none of the shapes had. */
function gapsIn(areas: Area[], shapes: Area[][]): Ring[] {
  const had = new Set(shapes.flat().flatMap((area) => area.slice(1)).map(nameOf))
  return areas.flatMap((area) => area.slice(1)).filter((hole) => !had.has(nameOf(hole)))
}

/** A ring by its corners, wherever it begins and whichever way it turns. */
const nameOf = (ring: Ring) => [...new Set(ring.map(String))].sort().join(' ')

