import type { Feature } from '../../api/client'
import type { Clash, ShownPlan } from '../../api/trenches'
import { grouped } from '../../trench/grouped'
import { liesAlong } from '../../trench/place'
import { overlaps, phaseOf, protectionsOf, type Phase, type Span } from '../../trench/phases'
import { linesOf, middleOf, nearest, placeAt, type Place } from '../../trench/places'
import { numberIn, type Work } from '../../trench/works'
import type { Target } from './trenching.svelte'

export interface Dug {
  answer: ShownPlan
  works: Work[]
  workOf: ReadonlyMap<number, Work>
  streets: ReadonlyMap<number, Feature>
  lines: ReadonlyMap<number, Feature>
  /** What is open and protected then; without one everything of the plan at once. */
  span: Span | undefined
  chosen: Target | undefined
  /** Works of this operator alone, with the trenches and clashes that they are part of. */
  isShown: (work: Work | undefined) => boolean
  /** Kinds of clashes that are drawn. */
  clashes: ReadonlySet<Clash['kind']>
  /** A letter or character for each kind of clash. */
  sign: (kind: Clash['kind']) => string
}

/** Everything of an answer that is drawn, as features of the map's own source. */
export function dug({ answer, works, workOf, streets, lines, span, chosen, isShown, clashes, sign }: Dug): GeoJSON.FeatureCollection {
  const drawn = (what: string, geometry: GeoJSON.Geometry, more: object = {}): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: { what, ...more } })
  const along = (parts: Place[][]): GeoJSON.Geometry => ({ type: 'MultiLineString', coordinates: parts })
  const phase = (dated: Parameters<typeof phaseOf>[0]): Phase | 'all' => (span ? phaseOf(dated, span) : 'all')
  const isAnyShown = (ids: number[]) => ids.some((id) => isShown(workOf.get(id)))
  const features: GeoJSON.Feature[] = []
  if (span) {
    const openings = grouped(answer.openings, ({ street_id }) => street_id)
    for (const [id, street] of streets) {
      const own = openings.get(id) ?? []
      const isOpen = own.some((one) => phaseOf(one, span) === 'open')
      const isProtected = protectionsOf(street.properties, own, answer.settings.protection).some((one) => overlaps(one, span))
      if (isOpen) features.push(drawn('open', street.geometry, { id }))
      else if (isProtected) features.push(drawn('protected', street.geometry, { id }))
    }
  }
  for (const [n, trench] of answer.trenches.entries()) {
    if (isAnyShown(trench.work_ids)) features.push(drawn('trench', along([liesAlong(trench) as Place[]]), { n, phase: phase(trench) }))
  }
  for (const work of works) {
    if (work.lines.length > 0 && isShown(work)) features.push(drawn('work', along(work.lines), { n: work.id, kind: work.kind, phase: phase(work.result) }))
  }
  for (const [n, clash] of answer.clashes.entries()) {
    const other = numberIn(clash.other, 'utility_work')
    if (!clashes.has(clash.kind) || !isAnyShown([clash.work_id, ...(other === undefined ? [] : [other])])) continue
    const at = placeOfClash(clash, workOf, streets, lines)
    const is_chosen = chosen?.what === 'clash' && chosen.n === n
    if (at) features.push(drawn('clash', { type: 'Point', coordinates: at }, { n, kind: clash.kind, sign: sign(clash.kind), is_chosen }))
  }
  for (const geometry of geometriesOf(chosen, answer, workOf, streets)) features.push(drawn('chosen', geometry))
  return { type: 'FeatureCollection', features }
}

/** Where a clash is: where both lie in the street, else where the lines come nearest to each other, else in the middle of the work. */
export function placeOfClash(clash: Clash, workOf: ReadonlyMap<number, Work>, streets: ReadonlyMap<number, Feature>, lines: ReadonlyMap<number, Feature>): Place | undefined {
  const own = workOf.get(clash.work_id)?.lines ?? []
  for (const { street_id, from_m, to_m } of clash.places) {
    const street = street_id ? streets.get(street_id) : undefined
    const at = typeof from_m === 'number' && typeof to_m === 'number' ? placeAt(street ? linesOf(street.geometry) : own, (from_m + to_m) / 2) : undefined
    if (at) return at
  }
  const work = workOf.get(numberIn(clash.other, 'utility_work') ?? -1)
  const line = lines.get(numberIn(clash.other, 'utility_line') ?? -1)
  const other = work?.lines ?? (line ? linesOf(line.geometry) : [])
  return (other.length > 0 ? nearest(own, other) : undefined) ?? middleOf(own)
}

/** What a chosen thing is drawn as, and flown to. */
export function geometriesOf(chosen: Target | undefined, answer: ShownPlan, workOf: ReadonlyMap<number, Work>, streets: ReadonlyMap<number, Feature>): GeoJSON.Geometry[] {
  const ofWorks = (ids: number[]): GeoJSON.Geometry[] =>
    ids.flatMap((id): GeoJSON.Geometry[] => {
      const parts = workOf.get(id)?.lines ?? []
      return parts.length > 0 ? [{ type: 'MultiLineString', coordinates: parts }] : []
    })
  switch (chosen?.what) {
    case 'work':
      return ofWorks([chosen.n])
    case 'trench': {
      const trench = answer.trenches[chosen.n]
      return trench ? [{ type: 'LineString', coordinates: liesAlong(trench) }] : []
    }
    case 'opportunity':
      return ofWorks(answer.opportunities[chosen.n]?.work_ids ?? [])
    case 'opening': {
      const street = streets.get(answer.openings[chosen.n]?.street_id ?? -1)
      return street ? [street.geometry] : []
    }
    case 'clash': {
      const clash = answer.clashes[chosen.n]
      return clash ? ofWorks([clash.work_id, numberIn(clash.other, 'utility_work') ?? -1]) : []
    }
    case undefined:
      return []
  }
}
