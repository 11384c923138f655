import type { RowReport } from '../../api/imports'
import { isKey } from '../../i18n'
import { app } from '../../state/app.svelte'
import { importing } from './importing.svelte'

/** What is wrong with a row. A value that cannot be read leaves its field empty; a shape that cannot be read costs the row. */
export function problemWords(code: string, field: string): string {
  const isShape = field === 'geometry' || field === 'point'
  const key = code === 'unreadable' && !isShape ? 'row.unreadable_value' : `row.${code}`
  return isKey(key) ? app.t(key) : code
}

/** The field that a problem is about. */
export function fieldWords(name: string): string {
  if (name === 'geometry') return app.t('importGeometry')
  if (name === 'point') return app.t('surveyRole.point_no')
  return importing.target?.fields.find((one) => one.name === name)?.title[app.language] ?? name
}

/** Checks that change nothing of a row that is taken. */
const CHECKS = ['against_flow', 'steep', 'long']

/** What became of a row. */
export function outcomeWords({ outcome, problems }: Pick<RowReport, 'outcome' | 'problems'>): string {
  if (outcome === 'refused') return app.t('importRefused')
  return app.t(problems.every(({ code }) => CHECKS.includes(code)) ? 'surveyLookAt' : 'importMended')
}
