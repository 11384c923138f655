import type { Clash, Opportunity, Trench, TrenchCheck } from '../../api/trenches'
import { isKey } from '../../i18n'
import { formatNumber } from '../../i18n/format'
import { utilityColours } from '../../map/palette'
import { app } from '../../state/app.svelte'
import { placeOf, type LineBeside, type Place } from '../../trench/place'
import { placeRows } from '../../trench/place_words'
import type { Row, SectionDrawing } from '../../trench/section'
import { lettered, MOST_BESIDE_M, type SectionBeside } from '../../trench/section_beside'
import { numberIn, type Work } from '../../trench/works'
import { trustKey } from '../coverage/covering.svelte'
import { trenching } from './trenching.svelte'

export const number = (n: number, digits = 0) => formatNumber(app.language, n, digits)
export const metresOf = (m: number) => app.t('coverMetres', { m: number(m, m < 10 ? 2 : 0) })
export const colourOf = (kind: string) => utilityColours[kind] ?? utilityColours['unknown'] ?? '#8b8b8b'

/** A text for a key that comes from the server, or the key itself. */
export function worded(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  return isKey(key) ? app.t(key) : code
}

export function kindTitle(code: string): string {
  for (const layer of ['utility_work', 'utility_line']) {
    const choices = app.layer(layer)?.fields.find(({ name }) => name === 'utility_kind')?.choices
    const title = choices?.find((choice) => choice.code === code)?.title[app.language]
    if (title) return title
  }
  return code
}

/** How good the data of an existing line are. */
export function qualityTitle(code: string): string {
  const choices = app.layer('utility_line')?.fields.find(({ name }) => name === 'quality_level')?.choices
  return choices?.find((choice) => choice.code === code)?.title[app.language] ?? code
}

export const workName = (id: number) => trenching.workOf.get(id)?.name ?? `${app.title('utility_work')} ${id}`
export const operatorName = (name: string | null | undefined) => name ?? app.t('trenNobody')

export function streetName(id: number | null | undefined): string {
  if (id === null || id === undefined) return app.t('trenYard')
  const name = trenching.streets.get(id)?.properties['name']
  return name ? String(name) : `${app.title('street')} ${id}`
}

/** What a reference like `utility_line/7` is called. */
export function referenceName(reference: string): string {
  if (reference === 'hidden_work/') return app.t('trenHiddenWork')
  if (reference === 'line/') return app.t('trenHiddenLine')
  const work = numberIn(reference, 'utility_work')
  if (work !== undefined) return workName(work)
  const street = numberIn(reference, 'street')
  if (street !== undefined) return streetName(street)
  const line = numberIn(reference, 'utility_line')
  const given = line === undefined ? undefined : trenching.lines.get(line)?.properties
  const kind = given?.['utility_kind']
  const size = given?.['diameter_mm']
  const what = typeof kind === 'string' ? kindTitle(kind) : ''
  return [app.t('trenExisting'), what, typeof size === 'number' ? `DN${size}` : '', line ?? reference].filter(Boolean).join(' ')
}

/** Kind, size and number of an existing line beside a trench: `燃气 DN160 7`. */
export function lineName({ kind, diameterM, isDiameterAssumed, reference }: LineBeside): string {
  const size = diameterM !== undefined && !isDiameterAssumed ? `DN${Math.round(diameterM * 1000)}` : ''
  const id = numberIn(reference, 'utility_line')
  return [app.t(id === undefined ? 'trenHiddenLine' : 'trenExisting'), kindTitle(kind), size, id ?? ''].filter((part) => part !== '').join(' ')
}

/** Kind and size of a work: `给水 DN200`, `电力 9 孔`. */
export function sizeOf({ kind, diameterMm, ducts }: Pick<Work, 'kind' | 'diameterMm' | 'ducts'>): string {
  const size = diameterMm !== undefined ? `DN${diameterMm}` : ducts !== undefined ? app.t('trenDucts', { n: ducts }) : app.t('trenNoSize')
  return `${kindTitle(kind)} ${size}`
}

export const daysOf = ({ starts_on, ends_on }: { starts_on?: string | null; ends_on?: string | null }) =>
  starts_on ? app.t('trenDays', { from: starts_on, to: ends_on ?? '' }) : app.t('trenNoDay')

export function trenchTitle({ street, street_id, from_m, to_m }: Trench): string {
  // A very short one would else begin where it ends.
  const digits = to_m - from_m < 2 ? 2 : 0
  return app.t('trenTrenchIn', { street: street ?? streetName(street_id), from: number(from_m, digits), to: number(to_m, digits) })
}

/** Why a clash is one. */
export function clashReason(clash: Clash): string {
  switch (clash.kind) {
    case 'street_protected':
      return app.t('trenWhyProtected', { street: referenceName(clash.other), day: clash.protected_until ?? '' })
    case 'second_opening': {
      const streets = [...new Set(clash.places.flatMap(({ street_id }) => (street_id ? [streetName(street_id)] : [])))]
      return app.t('trenWhySecond', { other: referenceName(clash.other), street: streets.join(app.t('secComma')), n: number(clash.missing_days ?? 0) })
    }
    case 'clearance': {
      const checks = checksOf(clash)
      return checks.length > 0 ? checks.map((check) => tellCheck(check)).join(app.t('trenSemicolon')) : app.t('trenWhyNear', { other: referenceName(clash.other) })
    }
  }
}

/** The checks that a clash of clearance comes from; none where the list of checks was cut. */
export function checksOf(clash: Clash): TrenchCheck[] {
  if (clash.kind !== 'clearance') return []
  return trenching.failed.get(`${clash.work_id} ${clash.other}`) ?? []
}

/** What a check found: the distance, the number that it is held against and where that stands. */
export function tellCheck(check: TrenchCheck, place?: Place): string {
  const line = place?.lines.find(({ reference }) => reference === check.other && reference !== 'line/')
  const other = line ? lineName(line) : check.other ? referenceName(check.other) : ''
  const what = app.t(`trenTable.${check.table}`, { other })
  const has = typeof check.measured_m === 'number' ? `${check.is_axis_distance ? '≤ ' : ''}${check.measured_m.toFixed(2)} m` : app.t('secNotMeasured')
  const clauses = clausesOf(check)
  const asked = askedOf(check)
  return `${what} ${has}${app.t('secComma')}${asked}${clauses ? app.t('secClause', { clause: clauses }) : ''}`
}

function askedOf({ least_m, most_m }: TrenchCheck): string {
  if (typeof least_m !== 'number' || typeof most_m !== 'number') return app.t('secNoNumber')
  const [least, most] = [`${least_m.toFixed(2)} m`, `${most_m.toFixed(2)} m`]
  return least === most ? app.t('secAsks', { m: most }) : app.t('secAsksEither', { least, most })
}

const ruleOf = (rule: string) => trenching.rules?.clearances.find((one) => one.rule === rule)

/** The clauses that a check rests on, each once. */
export function clausesOf({ rules }: Pick<TrenchCheck, 'rules'>): string {
  const clauses = rules.flatMap((rule) => ruleOf(rule)?.clause.split(' ')[0] ?? [])
  return clauses.length > 0 ? `GB 50289-2016 ${[...new Set(clauses)].join('、')}` : ''
}

export interface Ground {
  rule: string
  clause: string
  source: string
  trust: string
}

/** What a check rests on: each rule with clause, source and how well its number is known. */
export function groundsOf(rules: string[]): Ground[] {
  return rules.flatMap((code) => {
    const rule = ruleOf(code)
    if (!rule) return []
    return [{ rule: `${code}${app.t('secColon')}${rule.a_zh} – ${rule.b_zh} ${rule.min_m} m`, clause: rule.clause, source: rule.source, trust: app.t(trustKey(rule.verified)) }]
  })
}

/** What the protection of streets rests on. */
export function protectionGrounds(): Ground[] {
  const rows = trenching.rules?.moratoria.filter(({ jurisdiction }) => jurisdiction.startsWith('中国')) ?? []
  return rows.map(({ trigger, years, legal_basis, source, verified }) => ({
    rule: app.t('trenYearsRule', { trigger, years }),
    clause: legal_basis === '同上' ? (rows[0]?.legal_basis ?? legal_basis) : legal_basis,
    source: source === '同上' ? (rows[0]?.source ?? source) : source,
    trust: app.t(trustKey(verified)),
  }))
}

export function avoidance(rule: string): string {
  const found = trenching.rules?.orders.find((one) => one.rule === rule)
  return found ? `${found.kind}（${rule}）` : rule
}

export function opportunityText(one: Opportunity): string {
  const share = app.t(one.is_one_trench ? 'trenOneTrench' : 'trenOneStreet')
  // How far the other one could be moved is not told where it is not shown.
  if (typeof one.shift_days !== 'number') return share
  if (one.shift_days === 0 && one.first_start && one.last_start) return `${share}${app.t('secComma')}${app.t('trenStartsMeet', { from: one.first_start, to: one.last_start })}`
  return `${share}${app.t('secComma')}${app.t(one.is_shift_allowed ? 'trenShiftAllowed' : 'trenShiftAsked', { n: number(one.shift_days) })}`
}

/** What has to be known of a work to draw and name it. */
export type Known = Pick<Work, 'name' | 'operator' | 'diameterMm' | 'ducts' | 'isDuctBank'>
export type Lookup = (work_id: number) => Known | undefined

/** The works of the answer. */
export const ofAnswer: Lookup = (id) => trenching.workOf.get(id)
export const nameIn = (lookup: Lookup, id: number) => lookup(id)?.name ?? `${app.title('utility_work')} ${id}`

/** Existing lines that are drawn beside a trench, with their positions in its place, from the side of the street's edge. */
function besideOf(place: Place | undefined, widthM: number): { n: number; drawn: SectionBeside }[] {
  if (place?.offsetM === undefined) return []
  const { offsetM, isMirrored } = place
  const across = (offset: number) => (isMirrored ? offset - offsetM : offsetM - offset) + widthM / 2
  const tooNear = new Set(place.tooNear.map(({ line }) => line))
  const all = place.lines.map((line, n) => {
    const radius = (line.diameterM ?? 0) / 2
    const faces = [across(line.lowM - radius), across(line.highM + radius)]
    const drawn: SectionBeside = {
      name: lineName(line),
      fromM: Math.min(...faces),
      toM: Math.max(...faces),
      topM: line.topM,
      bottomM: line.bottomM,
      isAssumed: line.isDiameterAssumed,
      isFace: line.diameterM === undefined,
      weavesM: line.highM - line.lowM,
      quality: line.quality === undefined ? undefined : qualityTitle(line.quality),
    }
    return { n, drawn }
  })
  const isNear = ({ n, drawn }: (typeof all)[number]) => tooNear.has(n) || (drawn.toM > -MOST_BESIDE_M && drawn.fromM < widthM + MOST_BESIDE_M)
  return all.filter(isNear).sort((a, b) => a.drawn.fromM - b.drawn.fromM)
}

/** Where a trench lies and what is too near there; existing lines by their letters in the drawing where they are drawn. */
export function placeOfTrench(trench: Trench, lookup: Lookup, letters?: ReadonlyMap<number, string>): Row[] {
  const place = placeOf(trench)
  const lineAt = (n: number) => letters?.get(n) ?? (place?.lines[n] ? lineName(place.lines[n]) : app.t('trenExisting'))
  return placeRows(place, { axis: trench.line, hasHidden: trench.has_hidden ?? false, lineName: lineAt, workName: (id) => nameIn(lookup, id) }, app.t)
}

/** The cross-section of a trench as it is drawn. */
export function sectionOf(trench: Trench, lookup: Lookup): SectionDrawing | undefined {
  const { width_m, depth_m, full_width_m } = trench
  if (typeof width_m !== 'number' || typeof depth_m !== 'number' || typeof full_width_m !== 'number') return undefined
  const at = new Map(trench.lines.map(({ work_id }, n) => [work_id, n]))
  const given = (value: number | null | undefined) => value ?? undefined
  const place = placeOf(trench)
  const beside = besideOf(place, width_m)
  const letters = new Map(beside.map(({ n }, position) => [n, lettered(position)]))
  /** Position among the drawn ones; lines of others have no number to tell them apart by. */
  const besideAt = (other: string | null | undefined) => {
    const position = other && other !== 'line/' ? beside.findIndex(({ n }) => place?.lines[n]?.reference === other) : -1
    return position < 0 ? undefined : position
  }
  return {
    title: `${trenchTitle(trench)} · ${daysOf(trench)}`,
    widthM: width_m,
    depthM: depth_m,
    streetWidthM: given(trench.street_width_m),
    fullWidthM: full_width_m,
    excessM: given(trench.excess_m),
    lines: trench.lines.map((line) => {
      const work = lookup(line.work_id)
      return {
        name: sizeOf({ kind: line.utility_kind, diameterMm: work?.diameterMm, ducts: work?.ducts }),
        colour: colourOf(line.utility_kind),
        isDuctBank: work?.isDuctBank ?? false,
        centreM: line.centre_m,
        diameterM: line.diameter_m,
        topM: line.top_m,
        bottomM: line.bottom_m,
        isDiameterAssumed: line.is_diameter_assumed,
        isDepthAssumed: line.is_depth_assumed,
      }
    }),
    checks: trench.checks.flatMap((check) => {
      const [of, other] = [at.get(check.work_id), numberIn(check.other, 'utility_work')]
      const to = other === undefined ? undefined : at.get(other)
      const existing = check.table === 'horizontal' ? besideAt(check.other) : undefined
      if (of === undefined || (check.other && to === undefined && existing === undefined)) return []
      return [
        {
          of,
          to,
          ...(existing === undefined ? {} : { beside: existing }),
          measuredM: given(check.measured_m),
          leastM: given(check.least_m),
          mostM: given(check.most_m),
          verdict: check.verdict,
          clause: clausesOf(check),
          isAxisDistance: check.is_axis_distance,
          isAccepted: Boolean(check.accepted),
        },
      ]
    }),
    beside: beside.map(({ drawn }) => drawn),
    place: placeOfTrench(trench, lookup, letters),
    givesWay: trench.gives_way.map(({ work_id, rule }) => `${nameIn(lookup, work_id)} · ${avoidance(rule)}`),
  }
}
