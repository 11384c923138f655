import { analysis, type Belonging, type CoverageAnswer, type Modification, type Progress } from '../../../api/analysis'
import { app } from '../../../state/app.svelte'
import { scenario } from '../../scenario/scenario.svelte'
import { matches, rowsOf, sorted, type Filter, type Sorting } from './cells'

/** All rules over all communities. It is asked for when somebody opens it, and stays while it is closed. */
export class Matrix {
  isOpen = $state(false)
  view = $state<'cells' | 'bars'>('cells')
  answer = $state.raw<CoverageAnswer>()
  isRunning = $state(false)
  progress = $state.raw<Progress>()
  failure = $state.raw<unknown>()
  /** The circle whose rules are shown; empty: all. */
  tier = $state('')
  filter = $state<Filter>({})
  sorting = $state.raw<Sorting>({ by: 'missing' })
  isReversed = $state(false)
  #belongings = $state.raw<ReadonlyMap<number, Belonging>>(new Map())
  #run: AbortController | undefined
  #isPublic = false

  /** What the answer presumes. */
  modifications = $state.raw<Modification[]>([])

  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > this.answer.revision)
  /** A scenario has begun, ended or gone on since. */
  readonly isOfOther = $derived(this.answer !== undefined && JSON.stringify(this.modifications) !== JSON.stringify(scenario.asked))
  readonly results = $derived(this.answer?.results ?? [])
  /** Numbers of the rules that are shown; those that judge nothing stand behind the others. */
  readonly columns = $derived.by(() => {
    const shown = this.results.flatMap((result, n) => (!this.tier || result.tier === this.tier ? [n] : []))
    const isJudged = (n: number) => typeof this.results[n]?.reach_m === 'number'
    return [...shown.filter(isJudged), ...shown.filter((n) => !isJudged(n))]
  })
  readonly #rows = $derived(rowsOf(this.results, this.#belongings))
  readonly rows = $derived(
    sorted(
      this.#rows.filter((row) => matches(row, this.filter, this.columns)),
      this.sorting,
      this.isReversed,
    ),
  )
  readonly count = $derived(this.#rows.length)

  /** The subdistrict or responsible body of a community, as it says itself. */
  belongingOf(id: number): Belonging | undefined {
    return this.#belongings.get(id)
  }

  async open(): Promise<void> {
    this.isOpen = true
    app.isTableOpen = false
    if (this.#isPublic !== app.isPublic) [this.answer, this.#isPublic] = [undefined, app.isPublic]
    if (!this.answer && !this.isRunning) await this.run()
  }

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.progress, this.failure] = [true, undefined, undefined]
    try {
      this.modifications = scenario.asked
      const order = { rules: [], most_gaps: 0, steps: [], modifications: this.modifications }
      const [answer, belongings] = await Promise.all([
        analysis.coverage(order, (progress) => (this.progress = progress), signal),
        analysis.belongings(),
      ])
      if (!signal.aborted) [this.answer, this.#belongings] = [answer, belongings]
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  cancel(): void {
    this.#run?.abort()
    this.isRunning = false
    if (!this.answer) this.isOpen = false
  }

  /** Another key sorts by it, the same one turns the order. */
  sortBy(sorting: Sorting): void {
    const isSame = JSON.stringify(sorting) === JSON.stringify(this.sorting)
    ;[this.sorting, this.isReversed] = [sorting, isSame && !this.isReversed]
  }
}

export const matrix = new Matrix()
