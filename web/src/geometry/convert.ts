import { labelPoint } from '../map/label_point'
import { areaGeometry, areasOf, lineGeometry, linesOf } from './parts'
import { isSame, turned, type Line } from './plane'

export type Kind = 'point' | 'line' | 'area' | 'line_or_area'

/**
 * A shape as another kind of layer takes it, or nothing where that would be a guess: an area becomes the
 * place farthest from its edges or its border, closed lines become areas.
 */
export function convert(geometry: GeoJSON.Geometry, kind: Kind): GeoJSON.Geometry | undefined {
  const [areas, lines] = [areasOf(geometry), linesOf(geometry)]
  if (geometry.type === 'Point') return kind === 'point' ? geometry : undefined
  if (areas.length > 0) {
    if (kind === 'point') return { type: 'Point', coordinates: labelPoint(areas.map((area) => area.map((ring) => ring.map(([x, y]) => [x, y])))) }
    return kind === 'line' ? lineGeometry(areas.flat()) : geometry
  }
  if (lines.length === 0 || kind === 'point') return undefined
  if (kind !== 'area') return geometry
  return lines.every(isRing) ? areaGeometry(lines.map((line) => [turned(line, true)])) : undefined
}

const isRing = (line: Line) => line.length > 3 && isSame(line[0]!, line.at(-1)!)
