import { isKey } from '../../i18n'
import { formatNumber } from '../../i18n/format'
import { siteColour } from '../../map/coverage_layers'
import type { LegendEntry } from '../../map/legend'
import { app } from '../../state/app.svelte'
import { covering } from '../coverage/covering.svelte'
import { facilityEntry, scenarioEntries } from '../coverage/on_paper'
import { GAIN_COLOURS, GAINS } from './order'
import { siting, type Site } from './siting.svelte'

/** Everything that a printed map can show of an answer to siting, in the order of a legend, a heading first. */
export function sitingLegend(): LegendEntry[] {
  const { answer, gains } = siting
  if (!answer || !gains || !covering.rule) return []
  const rule = covering.titleOf(covering.rule)
  const states = new Map(siting.sites.map((site) => [site.id, stateOf(site)]))
  const isSite = (state: string): NonNullable<LegendEntry['isOf']> => ({ id }) => states.get(Number(id)) === state
  const site = (state: 'chosen' | 'must' | 'must_not' | 'free', sample: LegendEntry['sample'], title: string): LegendEntry => ({
    id: `site-${state}`,
    title,
    ...(sample ? { sample } : {}),
    layers: ['siting-site'],
    isOf: isSite(state),
  })
  return [
    { id: 'site', title: app.t('printSite', { rule, objective: text(`sitingObjective.${answer.objective}`) }), layers: ['building'], isOf: (_, id) => gains.has(Number(id)) },
    ...GAINS.map((gain): LegendEntry => ({
      id: `site-${gain}`,
      title: app.t(`sitingGain.${gain}`),
      sample: { shape: 'area', colour: GAIN_COLOURS[gain], edge: '#8f887b' },
      layers: ['building'],
      isOf: (_, id) => gains.get(Number(id)) === gain,
    })),
    site('chosen', { shape: 'dot', colour: siteColour, sign: app.t('sitingSign.chosen') }, app.t('printSiteChosen')),
    site('must', { shape: 'ring', colour: siteColour }, app.t('printSiteMust')),
    site('must_not', { shape: 'ring', colour: '#7a756b' }, app.t('printSiteMustNot')),
    site('free', { shape: 'ring', colour: siteColour }, app.t('printSiteFree')),
    facilityEntry(rule),
    ...scenarioEntries(),
  ]
}

/** What the answer is worth, for the foot of a sheet: value, bound, gap and why it stopped, never one without the others. */
export function sitingCredit(): string[] {
  const { answer } = siting
  if (!answer || !covering.rule) return []
  const digits = answer.objective === 'p-center' ? 1 : 0
  const unit = answer.objective === 'mclp' ? text(`people.${answer.weight}`) : text(`sitingUnit.${answer.objective}`)
  const number = (n: unknown, places: number) => (typeof n === 'number' ? formatNumber(app.language, n, places) : app.t('sitingUnknown'))
  const credit = app.t('printSiteBasis', {
    rule: covering.titleOf(covering.rule),
    objective: text(`sitingObjective.${answer.objective}`),
    n: answer.chosen.length,
    value: number(answer.value, digits),
    unit,
    bound: number(answer.bound, digits),
    gap: typeof answer.gap === 'number' ? `${number(answer.gap * 100, 4)}%` : app.t('sitingUnknown'),
    reason: text(`sitingReason.${answer.reason}`),
    revision: answer.revision,
  })
  return [credit + (answer.modifications > 0 ? app.t('printSiteScenario') : '')]
}

function stateOf({ isChosen, wish }: Site): string {
  return isChosen ? 'chosen' : (wish ?? 'free')
}

function text(key: string): string {
  return isKey(key) ? app.t(key) : key
}
