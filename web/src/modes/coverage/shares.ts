import type { AreaResult, Verdict } from '../../api/analysis'
import type { Key } from '../../i18n'

export const STATES = ['reached_enough', 'reached_too_small', 'not_reached', 'no_data'] as const
export type State = (typeof STATES)[number]

/** As on the map: blue is reached, orange is not. */
export const STATE_COLOURS: Record<State, string> = {
  reached_enough: '#1f5f99',
  reached_too_small: '#8cbbe0',
  not_reached: '#cc6a1f',
  no_data: '#cfcac0',
}

/** The share of an area's known households in each state; nothing where nobody knows of any. */
export function sharesOf(area: AreaResult): number[] | undefined {
  const { households } = area.all
  return households > 0 ? STATES.map((state) => area[state].households / households) : undefined
}

export const verdictKey = (verdict: Verdict): Key => `coverVerdict.${verdict}`
