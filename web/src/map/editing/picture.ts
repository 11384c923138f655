import { labelPoint } from '../label_point'
import { midpoints, toGeometry, vertices, type Place, type Shape, type ShapeKind, type VertexAt } from './shape'

/** A line or ring that is being drawn, vertex by vertex. */
export interface Sketch {
  kind: ShapeKind
  places: Place[]
}

/** All that editing shows on the map. */
export interface EditView {
  shape?: Shape | undefined
  sketch?: Sketch | undefined
  chosen?: VertexAt | undefined
  /** Handles are shown; not while the whole shape is moved or another is compared with it. */
  hasHandles?: boolean
  /** The same feature as somebody else left it. */
  theirs?: Shape | undefined
  /** A shape offered instead of this one. */
  offered?: Shape | undefined
  crossing?: Place | undefined
  /** What would be there instead, each with its number where there are several. */
  pieces?: readonly Shape[]
}

/** What a drawn thing is; the layers of the style choose by it. */
export type Role = 'shape' | 'vertex' | 'midpoint' | 'chosen' | 'sketch' | 'sketched' | 'theirs' | 'offered' | 'crossing' | 'piece' | 'number'

type Drawn = GeoJSON.Feature<GeoJSON.Geometry, { role: Role; n?: number }>

/** Vertices beyond which midpoints are left out: they would lie upon each other. */
const MOST_WITH_MIDPOINTS = 2000

/** The features that the map draws for a view of the edit. */
export function picture(view: EditView): GeoJSON.FeatureCollection {
  const features: Drawn[] = []
  const add = (role: Role, geometry: GeoJSON.Geometry) => features.push({ type: 'Feature', geometry, properties: { role } })
  const dot = (role: Role, coordinates: Place) => add(role, { type: 'Point', coordinates })
  if (view.theirs) add('theirs', toGeometry(view.theirs))
  if (view.offered) add('offered', toGeometry(view.offered))
  const { shape, sketch, pieces = [] } = view
  for (const [n, piece] of pieces.entries()) {
    const geometry = toGeometry(piece)
    features.push({ type: 'Feature', geometry, properties: { role: 'piece', n } })
    if (pieces.length === 1) continue
    const at: GeoJSON.Point = { type: 'Point', coordinates: numberAt(geometry) }
    features.push({ type: 'Feature', geometry: at, properties: { role: 'number', n: n + 1 } })
  }
  if (shape) {
    if (shape.kind !== 'point') add('shape', toGeometry(shape))
    if (view.hasHandles !== false || shape.kind === 'point') {
      const all = [...vertices(shape)]
      if (view.hasHandles !== false && all.length <= MOST_WITH_MIDPOINTS) {
        for (const { place } of midpoints(shape)) dot('midpoint', place)
      }
      for (const { at, place } of all) dot(isAt(at, view.chosen) ? 'chosen' : 'vertex', place)
    }
  }
  if (sketch) {
    const [first] = sketch.places
    if (sketch.kind === 'area' && sketch.places.length > 2 && first) {
      add('sketch', { type: 'Polygon', coordinates: [[...sketch.places, first]] })
    } else if (sketch.places.length > 1) add('sketch', { type: 'LineString', coordinates: sketch.places })
    for (const place of sketch.places) dot('sketched', place)
  }
  if (view.crossing) dot('crossing', view.crossing)
  return { type: 'FeatureCollection', features }
}

function isAt(a: VertexAt, b: VertexAt | undefined): boolean {
  return a.part === b?.part && a.ring === b.ring && a.vertex === b.vertex
}

/** Where the number of a piece stands. */
function numberAt(geometry: ReturnType<typeof toGeometry>): GeoJSON.Position {
  if (geometry.type === 'Point') return geometry.coordinates
  if (geometry.type === 'MultiPolygon') return labelPoint(geometry.coordinates)
  const longest = geometry.coordinates.reduce((best, line) => (line.length > best.length ? line : best), [])
  const [a, b] = [longest[Math.floor((longest.length - 1) / 2)], longest[Math.ceil((longest.length - 1) / 2)]]
  return a && b ? [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2] : []
}
