import { analysis, type CoverageAnswer, type CoverageOrder, type Modification } from '../../api/analysis'
import { app } from '../../state/app.svelte'
import { covering } from '../coverage/covering.svelte'
import { changed, rulesThatDiffer, type Changed } from './change'
import { scenario } from './scenario.svelte'

/** Values by building in one answer at most: the server refuses more. */
const MOST_VALUES = 2_000_000

/** Which scenario: by its number, or the one that is worked on. */
export type Side = number | 'current' | ''

/** A rule whose result some scenario changes. */
export interface Line {
  rule: string
  title: string
  /** Of the households that are known; nothing where there are none, or no reach. */
  before: number | undefined
  /** One for each side that was asked about. */
  sides: { share: number | undefined; changed: Changed | undefined }[]
}

/** Two scenarios beside the city as it is. */
export class Compare {
  isOpen = $state(false)
  chosen = $state<[Side, Side]>(['', ''])
  isRunning = $state(false)
  done = $state(0)
  failure = $state.raw<unknown>()
  lines = $state.raw<Line[]>()
  /** What was compared, as it was then. */
  sides = $state.raw<{ name: string; modifications: Modification[] }[]>([])
  rules = $state(0)
  revision = $state(0)
  #run: AbortController | undefined

  readonly isStale = $derived(this.lines !== undefined && (app.city?.revision ?? 0) > this.revision)

  #sideOf(side: Side): { name: string; modifications: Modification[] } | undefined {
    if (side === 'current') return scenario.isOn ? { name: scenario.name || app.t('scenUnnamed'), modifications: scenario.list } : undefined
    const found = scenario.stored?.find(({ scenario_id }) => scenario_id === side)
    return found && { name: found.name, modifications: found.modifications }
  }

  async run(): Promise<void> {
    const sides = this.chosen.flatMap((side) => this.#sideOf(side) ?? [])
    if (sides.length === 0) return
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure, this.lines, this.done] = [true, undefined, undefined, 0]
    const ask = async (order: CoverageOrder): Promise<CoverageAnswer> => {
      const answer = await analysis.coverage({ most_gaps: 0, steps: [], ...order }, () => undefined, signal)
      this.done += 1
      return answer
    }
    try {
      // First everything without buildings: most rules are not changed at all, and need no more.
      const lists = [[], ...sides.map(({ modifications }) => modifications)]
      const plain: CoverageAnswer[] = []
      for (const modifications of lists) plain.push(await ask({ modifications }))
      const [before, ...after] = plain
      if (!before) return
      const differing = new Set(after.flatMap((answer) => rulesThatDiffer(before, answer)))
      const rules = before.results.map(({ rule }) => rule).filter((rule) => differing.has(rule))
      const buildings = Math.max(1, before.results[0]?.city.all.buildings ?? 1)
      const atOnce = Math.max(1, Math.floor(MOST_VALUES / buildings))
      const lines: Line[] = []
      for (let first = 0; first < rules.length; first += atOnce) {
        const some = rules.slice(first, first + atOnce)
        const full: CoverageAnswer[] = []
        for (const modifications of lists) full.push(await ask({ rules: some, with_buildings: true, modifications }))
        for (const rule of some) lines.push(this.#line(rule, full))
      }
      if (signal.aborted) return
      ;[this.lines, this.sides, this.rules, this.revision] = [lines, sides, before.results.length, before.revision]
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  #line(rule: string, [before, ...after]: CoverageAnswer[]): Line {
    const find = (answer: CoverageAnswer | undefined) => answer?.results.find((result) => result.rule === rule)
    const share = (answer: CoverageAnswer | undefined) => {
      const result = find(answer)
      return result && typeof result.reach_m === 'number' ? (result.city.reached_households_share ?? undefined) : undefined
    }
    const own = find(before)
    return {
      rule,
      title: own ? covering.titleOf(own) : rule,
      before: share(before),
      sides: after.map((answer) => ({
        share: share(answer),
        changed: before && typeof own?.reach_m === 'number' ? changed(before, answer, rule) : undefined,
      })),
    }
  }

  cancel(): void {
    this.#run?.abort()
    this.isRunning = false
  }
}

export const compare = new Compare()
