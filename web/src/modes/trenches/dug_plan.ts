import type { PlannedTrenchState, WorkCopy } from '../../api/trench_plans'
import { liesAlong, type ToldPlace } from '../../trench/place'
import { phaseOf, type Span } from '../../trench/phases'

/** A trench of a plan as far as it is drawn. */
interface Drawable {
  trench_id: number
  state: PlannedTrenchState
  result: { line: number[][]; place?: ToldPlace | null; starts_on: string; ends_on: string }
  works: WorkCopy[]
}

interface Shown<T> {
  /** What is open then; without one everything at once. */
  span: Span | undefined
  /** Number of a trench. */
  chosen: number | undefined
  isShown: (trench: T) => boolean
}

/** The trenches of a plan with their works as they were when it was planned, as features of the map's own source. */
export function dugPlan<T extends Drawable>(trenches: T[], { span, chosen, isShown }: Shown<T>): GeoJSON.FeatureCollection {
  const drawn = (what: string, geometry: GeoJSON.Geometry, more: object = {}): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { what, ...more } })
  const features = trenches.filter(isShown).flatMap((trench): GeoJSON.Feature[] => {
    const { trench_id, result, state, works } = trench
    const phase = span ? phaseOf(result, span) : 'all'
    const line: GeoJSON.LineString = { type: 'LineString', coordinates: liesAlong(result) }
    return [
      drawn('trench', line, { n: trench_id, phase, state }),
      ...(trench_id === chosen ? [drawn('chosen', line)] : []),
      // A work of another operator may come without its line.
      ...works.filter(({ lines }) => lines.length > 0).map((work) => drawn('work', { type: 'MultiLineString', coordinates: work.lines }, { kind: work.utility_kind, phase })),
    ]
  })
  return { type: 'FeatureCollection', features }
}
