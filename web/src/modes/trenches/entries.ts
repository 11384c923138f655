import type { ShownPlan } from '../../api/trenches'
import { app } from '../../state/app.svelte'
import type { Findable } from '../../trench/wanted'
import { numberIn } from '../../trench/works'
import type { List } from './parts.svelte'
import { clashReason, daysOf, kindTitle, metresOf, number, operatorName, opportunityText, referenceName, sizeOf, streetName, trenchTitle, workName, worded } from './told'
import { trenching, type Target } from './trenching.svelte'

/** One row of a list: what it is, what it says, what it can be found by, and what goes into a file. */
export interface Entry extends Findable {
  target: Target
  title: string
  /** Beside the title. */
  figure: string
  under: string
  kinds: string[]
  cells: string[]
}

const text = (value: string | number | null | undefined) => (value === null || value === undefined ? '' : String(value))

/** The headings of a list's file, in the order of `cells`. */
export const headingsOf = (list: List) => app.t(`trenCsv.${list}`).split(',')

export function entriesOf(list: List, answer: ShownPlan): Entry[] {
  switch (list) {
    case 'trenches':
      return trenchEntries(answer)
    case 'works':
      return workEntries()
    case 'clashes':
      return clashEntries(answer)
    case 'opportunities':
      return opportunityEntries(answer)
    case 'openings':
      return openingEntries(answer)
  }
}

/** What the works of something can be found by. */
function of(target: Target, more: string[]): Pick<Entry, 'texts' | 'operators' | 'kinds'> {
  const works = trenching.worksIn(target)
  return {
    texts: [...more, ...works.flatMap(({ name, code, operator }) => [name, code, operator])],
    operators: works.map(({ operator }) => operator),
    kinds: [...new Set(works.map(({ kind }) => kind))],
  }
}

const operatorsIn = (target: Target) => [...new Set(trenching.worksIn(target).map(({ operator }) => operatorName(operator)))]

function trenchEntries({ trenches }: ShownPlan): Entry[] {
  return trenches.map((trench, n): Entry => {
    const target: Target = { what: 'trench', n }
    const title = trenchTitle(trench)
    const kinds = trenching.worksIn(target).map(({ kind }) => kindTitle(kind))
    return {
      target,
      title,
      figure: metresOf(trench.to_m - trench.from_m),
      under: `${[...new Set(kinds)].join(app.t('secComma'))} · ${daysOf(trench)}`,
      verdict: trench.verdict,
      ...of(target, [title]),
      cells: [
        text(n + 1),
        text(trench.street_id),
        trench.street ?? streetName(trench.street_id),
        text(trench.from_m),
        text(trench.to_m),
        trench.starts_on,
        trench.ends_on,
        trench.work_ids.map(workName).join('; '),
        operatorsIn(target).join('; '),
        text(trench.width_m),
        text(trench.depth_m),
        text(trench.street_width_m),
        text(trench.excess_m),
        app.t(`trenVerdict.${trench.verdict}`),
      ],
    }
  })
}

function workEntries(): Entry[] {
  return trenching.works.map((work): Entry => {
    const target: Target = { what: 'work', n: work.id }
    const { result } = work
    const streets = result.street_ids.map(streetName)
    const state = app.t(`trenState.${result.state}`)
    const why = result.why ? worded('trenWhy', result.why) : ''
    return {
      target,
      title: work.name ?? workName(work.id),
      figure: why ? state : result.starts_on ? `${result.starts_on}${result.shift_days > 0 ? ` ⇄${number(result.shift_days)}` : ''}` : state,
      under: [sizeOf(work), operatorName(work.operator), streets.slice(0, 2).join(app.t('secComma')), why].filter(Boolean).join(' · '),
      verdict: result.state,
      ...of(target, streets),
      cells: [
        text(work.id),
        text(work.code),
        text(work.name),
        operatorName(work.operator),
        kindTitle(work.kind),
        text(work.diameterMm),
        streets.join('; '),
        text(result.length_m),
        state,
        why,
        text(result.starts_on),
        text(result.ends_on),
        text(result.shift_days),
        result.remarks.map((one) => worded('trenRemark', one)).join('; '),
      ],
    }
  })
}

function clashEntries({ clashes }: ShownPlan): Entry[] {
  return clashes.map((clash, n): Entry => {
    const target: Target = { what: 'clash', n }
    const reason = clashReason(clash)
    const streets = clash.places.flatMap(({ street_id }) => (street_id ? [streetName(street_id)] : []))
    const line = numberIn(clash.other, 'utility_line')
    return {
      target,
      title: workName(clash.work_id),
      figure: app.t(`trenClash.${clash.kind}`),
      under: reason,
      verdict: clash.kind,
      ...of(target, [...streets, referenceName(clash.other), reason, ...(line === undefined ? [] : [String(line)])]),
      cells: [app.t(`trenClash.${clash.kind}`), text(clash.work_id), workName(clash.work_id), operatorsIn(target).join('; '), clash.other, referenceName(clash.other), streets.join('; '), reason, text(clash.missing_days), text(clash.protected_until)],
    }
  })
}

function opportunityEntries({ opportunities }: ShownPlan): Entry[] {
  return opportunities.map((one, n): Entry => {
    const target: Target = { what: 'opportunity', n }
    const streets = [...new Set(one.places.map(({ street_id }) => streetName(street_id)))]
    return {
      target,
      title: [...one.work_ids.map(workName), ...(one.hidden ? [referenceName(one.hidden)] : [])].join(' ＋ '),
      figure: one.shift_days ? app.t('trenShiftDays', { n: number(one.shift_days) }) : '',
      under: `${streets.join(app.t('secComma'))} · ${opportunityText(one)}`,
      verdict: one.is_shift_allowed ? 'allowed' : 'asked',
      ...of(target, streets),
      cells: [...one.work_ids.flatMap((id) => [text(id), workName(id)]), ...(one.hidden ? ['', referenceName(one.hidden)] : []), operatorsIn(target).join('; '), streets.join('; '), opportunityText(one), text(one.shift_days), text(one.first_start), text(one.last_start)],
    }
  })
}

function openingEntries({ openings }: ShownPlan): Entry[] {
  return openings.map((opening, n): Entry => {
    const target: Target = { what: 'opening', n }
    const title = opening.street ?? streetName(opening.street_id)
    const unknown = opening.is_protection_unknown ? app.t('trenRemark.street_protection_unknown') : ''
    return {
      target,
      title,
      figure: app.t('trenWorksN', { n: number(opening.work_ids.length) }),
      under: [daysOf(opening), app.t('trenProtectedUntil', { day: opening.protected_until }), unknown].filter(Boolean).join(' · '),
      verdict: opening.work_ids.length > 1 || opening.has_hidden ? 'shared' : 'single',
      ...of(target, [title]),
      cells: [text(opening.street_id), title, opening.starts_on, opening.ends_on, opening.protected_until, opening.work_ids.map(workName).join('; '), operatorsIn(target).join('; '), unknown],
    }
  })
}

/** By what a list can be narrowed beside operator and kind. */
export const NARROWED: Record<List, string[]> = {
  trenches: ['pass', 'fail', 'unknown', 'needs_review'],
  works: ['planned', 'trenchless', 'not_planned'],
  clashes: ['street_protected', 'second_opening', 'clearance'],
  opportunities: ['allowed', 'asked'],
  openings: ['shared', 'single'],
}
const NARROWED_TEXT: Record<List, string> = { trenches: 'trenVerdict', works: 'trenState', clashes: 'trenClash', opportunities: 'trenShift', openings: 'trenOpening' }
export const narrowedText = (list: List, code: string) => worded(NARROWED_TEXT[list], code)
