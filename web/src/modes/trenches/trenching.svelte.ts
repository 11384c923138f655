import type { Progress } from '../../api/analysis'
import { ApiError, type Feature } from '../../api/client'
import { trenches as calls, type ClearanceRules, type ShownPlan, type TrenchException, type TrenchOrder, type TrenchSettings } from '../../api/trenches'
import { app } from '../../state/app.svelte'
import { dayOf, firstDayOf, monthOf } from '../../trench/days'
import { grouped } from '../../trench/grouped'
import type { Span } from '../../trench/phases'
import { numberIn, otherWorksOf, worksOf, type Work } from '../../trench/works'

/** Entries of each list at most; what is cut is told. */
const MOST_LISTED = 10_000

/** Something of the answer: a work by its number, all else by its position. */
export interface Target {
  what: 'trench' | 'work' | 'clash' | 'opportunity' | 'opening'
  n: number
}

/** The question how works share trenches, and its answer. Both stay while the panel is closed. */
class Trenching {
  /** As the form has them; nothing until the server has told its own. */
  settings = $state<TrenchSettings>()
  exceptions = $state.raw<TrenchException[]>([])
  answer = $state.raw<ShownPlan>()
  rules = $state.raw<ClearanceRules>()
  works = $state.raw<Work[]>([])
  streets = $state.raw<ReadonlyMap<number, Feature>>(new Map())
  /** Existing lines that works clash with. */
  lines = $state.raw<ReadonlyMap<number, Feature>>(new Map())
  isRunning = $state(false)
  progress = $state.raw<Progress>()
  failure = $state.raw<unknown>()
  wasCancelled = $state(false)
  chosen = $state.raw<Target>()
  /** The month that the map shows; nothing: all of them at once. */
  month = $state<number>()
  #run: AbortController | undefined
  /** For whom the answer is. */
  #who = ''

  /** Of other operators, to who sees only its own. */
  others = $state.raw<Work[]>([])
  readonly workOf: ReadonlyMap<number, Work> = $derived(new Map([...this.others, ...this.works].map((work) => [work.id, work])))
  /** Failed checks by the work and what it is too near to. */
  readonly failed = $derived(grouped(this.answer?.checks.filter(({ verdict }) => verdict === 'fail') ?? [], ({ work_id, other }) => `${work_id} ${other}`))
  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > (this.answer.revision ?? 0))
  /** There are no works for this viewer, or not even the question may be put. */
  readonly isHidden = $derived(this.failure instanceof ApiError && this.failure.kind === 'unknown-layer')
  readonly span: Span | undefined = $derived(this.month === undefined ? undefined : { from: firstDayOf(this.month), to: firstDayOf(this.month + 1) })
  /** The months in which something is opened, first and last. */
  readonly months: [number, number] | undefined = $derived.by(() => {
    const days = this.works.flatMap(({ result }) => [result.starts_on, result.ends_on].flatMap((day) => (day ? [monthOf(dayOf(day))] : [])))
    return days.length === 0 ? undefined : [days.reduce((a, b) => Math.min(a, b)), days.reduce((a, b) => Math.max(a, b))]
  })
  readonly operators: string[] = $derived(
    [...new Set(this.works.flatMap(({ operator }) => operator ?? []))].sort(new Intl.Collator(app.language === 'zh' ? 'zh-CN' : 'en').compare),
  )
  readonly kinds: string[] = $derived([...new Set(this.works.map(({ kind }) => kind))])

  async open(): Promise<void> {
    const who = app.isPublic ? 'public' : `${app.session?.viewer} ${app.session?.speaks_for}`
    if (this.#who !== who) {
      this.cancel()
      this.#who = who
      ;[this.answer, this.works, this.failure, this.chosen, this.wasCancelled] = [undefined, [], undefined, undefined, false]
    }
    if (!this.answer && !this.isRunning && !app.isPublic) await this.run()
  }

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.progress, this.failure, this.wasCancelled] = [true, undefined, undefined, false]
    try {
      const [answer, features, rules] = await Promise.all([
        calls.plan(this.order(), (progress) => (this.progress = progress), signal),
        calls.works(signal),
        this.rules ?? calls.rules(),
      ])
      const works = worksOf(answer.works, features)
      const streetIds = new Set([...works.flatMap(({ result }) => result.street_ids), ...answer.openings.map(({ street_id }) => street_id)])
      const lineIds = new Set(answer.clashes.flatMap(({ other }) => numberIn(other, 'utility_line') ?? []))
      const [streets, lines] = await Promise.all([calls.streets([...streetIds], signal), calls.lines([...lineIds], signal)])
      if (signal.aborted) return
      const byId = (list: Feature[]) => new Map(list.map((feature) => [feature.id, feature]))
      const seen = this.#keyOf(this.chosen)
      ;[this.answer, this.rules, this.works, this.streets, this.lines] = [answer, rules, works, byId(streets), byId(lines)]
      this.others = otherWorksOf(answer, features)
      ;[this.settings, this.chosen, this.month] = [answer.settings, this.#again(seen), undefined]
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  /** What is asked, as the form has it. */
  order(): TrenchOrder {
    const settings = $state.snapshot(this.settings) as TrenchSettings | undefined
    return { most_listed: MOST_LISTED, exceptions: this.exceptions, ...(settings ? { settings } : {}) }
  }

  cancel(): void {
    if (!this.isRunning) return
    this.#run?.abort()
    ;[this.isRunning, this.wasCancelled] = [false, true]
  }

  /** Somebody answers for a breach: it stays one, and the plan says so beside it. */
  accept(exception: TrenchException): Promise<void> {
    this.dismiss(exception)
    this.exceptions = [...this.exceptions, exception]
    return this.run()
  }

  /** Takes an acceptance back; the next run no longer has it. */
  dismiss({ table, work_id, other }: TrenchException): void {
    this.exceptions = this.exceptions.filter((one) => one.table !== table || one.work_id !== work_id || (one.other ?? null) !== (other ?? null))
  }

  choose(target: Target | undefined): void {
    this.chosen = target
    if (target) app.deselect()
  }

  /** By what something is the same in another answer. */
  #keyOf(target: Target | undefined): string {
    const { answer } = this
    if (target?.what === 'work') return `work ${target.n}`
    if (target?.what === 'trench') {
      const trench = answer?.trenches[target.n]
      return `trench ${trench?.street_id} ${trench?.from_m} ${trench?.work_ids.join()}`
    }
    const clash = target?.what === 'clash' ? answer?.clashes[target.n] : undefined
    return clash ? `clash ${clash.kind} ${clash.work_id} ${clash.other}` : ''
  }

  /** What had this key before the answer came, where there still is such a thing. */
  #again(key: string): Target | undefined {
    const { answer } = this
    const all: Target[] = [
      ...(answer?.trenches ?? []).map((_, n): Target => ({ what: 'trench', n })),
      ...(answer?.clashes ?? []).map((_, n): Target => ({ what: 'clash', n })),
      ...this.works.map(({ id }): Target => ({ what: 'work', n: id })),
    ]
    return key ? all.find((target) => this.#keyOf(target) === key) : undefined
  }

  isChosen({ what, n }: Target): boolean {
    return this.chosen?.what === what && this.chosen.n === n
  }

  /** The works that a target is of. */
  worksIn({ what, n }: Target): Work[] {
    const { answer } = this
    const ids = (): number[] => {
      if (what === 'work') return [n]
      if (what === 'trench') return answer?.trenches[n]?.work_ids ?? []
      if (what === 'opening') return answer?.openings[n]?.work_ids ?? []
      if (what === 'opportunity') return answer?.opportunities[n]?.work_ids ?? []
      const clash = answer?.clashes[n]
      return clash ? [clash.work_id, ...[numberIn(clash.other, 'utility_work')].flatMap((id) => id ?? [])] : []
    }
    return ids().flatMap((id) => this.workOf.get(id) ?? [])
  }
}

export const trenching = new Trenching()
