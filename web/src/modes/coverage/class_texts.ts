import type { RuleResult } from '../../api/analysis'
import { formatNumber } from '../../i18n/format'
import { app } from '../../state/app.svelte'
import { CLASSES, stepsOf, type Class } from './classes'

/** The classes in words. */
export function classTexts(result: Pick<RuleResult, 'reach_m'>, limitM: number): Record<Class, string> {
  const metres = (m: number) => formatNumber(app.language, m)
  const [half, reach, twice, far] = stepsOf(result, limitM)
  return {
    near: app.t('coverUpTo', { m: metres(half) }),
    within: app.t('coverFromTo', { from: metres(half), to: metres(reach) }),
    outside: app.t('coverFromTo', { from: metres(reach), to: metres(twice) }),
    far: app.t('coverFromTo', { from: metres(twice), to: metres(far) }),
    beyond: app.t('coverBeyond', { m: metres(far) }),
    no_path: app.t('coverNoPath'),
    no_data: app.t('coverNoData'),
  }
}

/** The classes that there can be: without a facility there are no distances to explain. */
export function classesShown({ facilities }: Pick<RuleResult, 'facilities'>): Class[] {
  return CLASSES.filter((one) => (facilities === 0) === (one === 'no_data'))
}
