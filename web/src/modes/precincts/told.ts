import { ApiError } from '../../api/client'
import { reasonOf, type SchemeEdit, type Totals } from '../../api/schemes'
import { isKey } from '../../i18n'
import { formatArea, formatNumber } from '../../i18n/format'
import { app } from '../../state/app.svelte'
import { schemes } from './schemes.svelte'

/** Why something was not done to a scheme, in the user's words. */
export function whyNot(error: unknown): string {
  const why = reasonOf(error)
  if (why) {
    const key = `precWrong.${why.reason}`
    const names = why.precinctIds.map((id) => schemes.nameOf(id)).join(app.t('precListComma'))
    if (isKey(key)) return app.t(key, { names })
  }
  if (error instanceof ApiError && error.kind === 'version-conflict') return app.t('precSchemeStale')
  if (error instanceof ApiError && error.kind === 'name-taken') return app.t('precNameTaken')
  return app.explain(error)
}

/** What a step of the history did. */
export function kindOf(kind: string): string {
  const key = `precStep.${kind}`
  return isKey(key) ? app.t(key) : kind
}

/** What an edit would have done. */
export function tellEdit(edit: SchemeEdit): string {
  const name = 'precinct_id' in edit ? schemes.nameOf(edit.precinct_id) : 'about' in edit ? edit.about.name : ''
  const community = 'community_id' in edit ? schemes.communityName(edit.community_id) : ''
  return [kindOf(edit.op), community, name].filter(Boolean).join(' · ')
}

/** A sum with how many do not know: unknown is never nothing. */
export function sumOf({ sum, unknown }: { sum: number; unknown: number }): string {
  const n = formatNumber(app.language, sum)
  return unknown > 0 ? app.t('precSumUnknown', { n, unknown }) : n
}

export function areaOf(m2: number): string {
  return formatArea(app.language, m2)
}

/** The responsible bodies of the members; more than one is a fault of a precinct. */
export function bodiesOf({ responsible_bodies }: Totals): string {
  return responsible_bodies.map(({ code, communities }) => `${bodyName(code)} ${communities}`).join(app.t('precListComma'))
}

export function bodyName(code: string | null | undefined): string {
  if (!code) return app.t('precBodyUnknown')
  return app.names.find((place) => place.layer === 'responsible_body' && place.code === code)?.name ?? code
}
