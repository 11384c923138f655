import type { RuleResult } from '../../api/analysis'

/** What a building's colour says. The first four are distances; none of the others is ever filled in with one. */
export const CLASSES = ['near', 'within', 'outside', 'far', 'beyond', 'no_path', 'no_data'] as const
export type Class = (typeof CLASSES)[number]

/** Blue within reach, orange outside, so that the colour-blind tell them apart; darker is more of it. */
export const CLASS_COLOURS: Record<Class, string> = {
  near: '#1f5f99',
  within: '#8cbbe0',
  outside: '#f2bd77',
  far: '#cc6a1f',
  beyond: '#7d3208',
  no_path: '#2b2b2b',
  no_data: '#cfcac0',
}

/** Where the classes end, in metres: half the reach, the reach, twice the reach, the limit of search. */
export function stepsOf({ reach_m }: Pick<RuleResult, 'reach_m'>, limitM: number): [number, number, number, number] {
  const limit = Math.max(limitM, reach_m ?? 0)
  if (typeof reach_m !== 'number') return [300, 500, 1000, limit]
  return [reach_m / 2, reach_m, Math.min(reach_m * 2, limit), limit]
}

/** The class of every building, in the answer's order. */
export function classesOf(result: RuleResult, limitM: number): number[] {
  const { distance_m, why, state } = result.buildings
  const [half, reach, twice] = stepsOf(result, limitM)
  const index = (one: Class) => CLASSES.indexOf(one)
  return why.map((reason, i) => {
    if (result.facilities === 0) return index('no_data')
    if (reason === 2) return index('no_path')
    const metres = distance_m[i]
    if (reason === 1 || typeof metres !== 'number') return index('beyond')
    // Distances are told to the decimetre; the state was found before they were rounded.
    const isOutside = typeof result.reach_m === 'number' ? state[i] === 2 : metres > reach
    if (!isOutside) return index(metres <= half ? 'near' : 'within')
    return index(metres <= twice ? 'outside' : 'far')
  })
}
