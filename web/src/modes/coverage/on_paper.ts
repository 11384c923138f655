import { formatNumber } from '../../i18n/format'
import type { LegendEntry } from '../../map/legend'
import { PALE_COMMUNITY } from '../../map/covered_style'
import { ink, reach, scenario as scenarioColour, type Colouring } from '../../map/coverage_layers'
import { app } from '../../state/app.svelte'
import { CHANGE_COLOURS, CHANGES } from '../scenario/change'
import { scenario } from '../scenario/scenario.svelte'
import { classesShown, classTexts } from './class_texts'
import { CLASS_COLOURS, CLASSES } from './classes'
import { covering, trustKey } from './covering.svelte'
import { reaching } from './reaching.svelte'
import { shown } from './shown.svelte'

/** Everything that a printed map can show of coverage, in the order of a legend, a heading first. */
export function coverageLegend(): LegendEntry[] {
  const { answer, result, rule } = covering
  const { colouring } = shown
  if (!answer || !result || !rule || !colouring) return []
  const classOf = new Map(colouring.ids.map((id, n) => [id, colouring.classes[n]]))
  const building = (id: string, title: string, colour: string, n: number): LegendEntry => {
    const isOf: NonNullable<LegendEntry['isOf']> = (_, id) => classOf.get(Number(id)) === n
    return { id: `cover-${id}`, title, sample: { shape: 'area', colour, edge: '#8f887b' }, layers: ['building'], isOf }
  }
  const texts = classTexts(result, answer.limit_m)
  const classes = shown.isChange
    ? CHANGES.map((one, n) => building(one, app.t(`scenChange.${one}`), CHANGE_COLOURS[one], n))
    : classesShown(result).map((one) => building(one, texts[one], CLASS_COLOURS[one], CLASSES.indexOf(one)))
  const name = covering.titleOf(rule)
  const heading = app.t(shown.isChange ? 'printCoverChange' : 'printCoverWalk', { rule: name }) + scenarioName()
  const m = formatNumber(app.language, reaching.limit)
  return [
    { id: 'cover', title: heading, layers: ['building'], isOf: (_, id) => classOf.has(Number(id)) },
    ...classes,
    facilityEntry(name),
    ...scenarioEntries(),
    { id: 'cover-area', title: app.t('printReachArea', { m }), sample: { shape: 'area', colour: reach, opacity: 0.13, edge: reach }, layers: ['reach-area'] },
    { id: 'cover-streets', title: app.t('printReachStreets', { m }), sample: { shape: 'line', colour: reach }, layers: ['reach-streets'] },
    { id: 'cover-origin', title: app.t('printReachOrigin'), sample: { shape: 'dot', colour: reach }, layers: ['reach-origin'] },
  ]
}

/** The open facilities that the rule looks for. */
export function facilityEntry(rule: string): LegendEntry {
  return { id: 'cover-facility', title: app.t('printCoverFacility', { rule }), sample: { shape: 'ring', colour: ink }, layers: ['coverage-facility'] }
}

/** What a scenario does. */
export function scenarioEntries(): LegendEntry[] {
  return [
    { id: 'cover-thing', title: app.t('printCoverThing'), sample: { shape: 'dot', colour: scenarioColour }, layers: ['scenario-thing', 'scenario-move'] },
    { id: 'cover-way', title: app.t('printCoverWay'), sample: { shape: 'line', colour: scenarioColour }, layers: ['scenario-way'] },
  ]
}

/** The legend of the city's layers beneath the colours: buildings in one of them are no longer what theirs says. */
export function beneathCoverage(entries: LegendEntry[], colouring: Colouring | undefined): LegendEntry[] {
  const coloured = new Set(colouring?.ids)
  return entries.map((entry) => {
    if (entry.id === 'building') return { ...entry, isOf: (_: unknown, id: unknown) => !coloured.has(Number(id)) }
    if (entry.id === 'community' && entry.sample) return { ...entry, sample: { ...entry.sample, opacity: PALE_COMMUNITY } }
    return entry
  })
}

/** What the colours rest on, for the foot of a sheet. */
export function coverageCredit(): string[] {
  const { answer, rule } = covering
  if (!answer || !rule) return []
  const trust = rule.radius_m || rule.walk_min ? rule.radius_verified : rule.verified
  const values = { rule: covering.titleOf(rule), clause: `${rule.standard} ${rule.clause}`.trim(), revision: answer.revision }
  return [app.t('printCoverBasis', { ...values, trust: app.t(trustKey(trust)) }) + scenarioName()]
}

function scenarioName(): string {
  return covering.presumed.length > 0 ? app.t('printCoverScenario', { name: scenario.name || app.t('scenUnnamed') }) : ''
}
