import { ApiError } from '../../api/client'
import type { Modification } from '../../api/analysis'
import { isKey, type Key } from '../../i18n'
import { formatLength, formatNumber } from '../../i18n/format'
import { lengthM } from '../../map/measure'
import { app } from '../../state/app.svelte'
import { covering } from '../coverage/covering.svelte'
import { addedId, adderOf } from './drafts'

/** A modification in the user's words. */
export function tell(list: readonly Modification[], index: number): string {
  const one = list[index]
  if (!one) return ''
  switch (one.kind) {
    case 'add_facility':
      return app.t('scenDo.add_facility', { kind: covering.kindTitle(one.facility_kind), name: one.name || `${addedId(list, index) ?? ''}` })
    case 'move_facility':
    case 'close_facility':
      return app.t(`scenDo.${one.kind}`, { name: nameOf(list, one.facility_id) })
    case 'resize_facility':
      return app.t('scenDo.resize_facility', { name: nameOf(list, one.facility_id), sizes: sizes(one) })
    case 'open_gate':
    case 'close_gate':
      return app.t(`scenDo.${one.kind}`, { id: one.gate_id })
    case 'remove_street':
      return app.t('scenDo.remove_street', { id: one.street_id })
    case 'remove_barrier':
      return app.t('scenDo.remove_barrier', { id: one.barrier_id })
    case 'add_street':
    case 'add_barrier': {
      const key: Key = one.kind === 'add_barrier' ? 'scenDo.add_barrier' : one.is_bridge ? 'scenDoBridge' : 'scenDo.add_street'
      return app.t(key, { m: formatLength(app.language, lengthM(one.line)) })
    }
  }
}

function nameOf(list: readonly Modification[], id: number): string {
  if (id > 0) return covering.facilityName(id)
  const adder = list[adderOf(list, 'facility_id', id)]
  return adder?.kind === 'add_facility' ? (adder.name ?? String(id)) : String(id)
}

function sizes(one: { building_area_m2?: number | null; land_area_m2?: number | null; capacity?: number | null }): string {
  const number = (n: number) => formatNumber(app.language, n, 1)
  const texts: string[] = []
  if (typeof one.building_area_m2 === 'number') texts.push(app.t('scenSizeBuilding', { n: number(one.building_area_m2) }))
  if (typeof one.land_area_m2 === 'number') texts.push(app.t('scenSizeLand', { n: number(one.land_area_m2) }))
  if (typeof one.capacity === 'number') texts.push(app.t('scenSizeCapacity', { n: number(one.capacity) }))
  return texts.join(app.language === 'zh' ? '，' : ', ')
}

/** What is wrong with which modification, in the user's words; empty for other failures. */
export function faultsOf(error: unknown): string[] {
  if (!(error instanceof ApiError)) return []
  return error.errors.flatMap(({ pointer, detail }) => {
    const [, number, member] = /^\/modifications\/(\d+)\/(\w+)/.exec(pointer ?? '') ?? []
    if (number === undefined) return []
    const n = Number(number) + 1
    const key = `scenFault.${member}`
    return [isKey(key) ? app.t(key, { n }) : app.t('scenFaultOther', { n, detail })]
  })
}

/** Why a scenario was not kept. */
export function whyNotKept(error: unknown): string {
  if (error instanceof ApiError && error.kind === 'name-taken') return app.t('scenNameTaken')
  if (error instanceof ApiError && error.kind === 'version-conflict') return app.t('scenConflict')
  return app.explain(error)
}
