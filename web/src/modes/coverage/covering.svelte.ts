import { analysis, type CoverageAnswer, type Progress, type Rule, type RuleSet } from '../../api/analysis'
import type { Feature } from '../../api/client'
import type { Key } from '../../i18n'
import { app } from '../../state/app.svelte'

/** The question of coverage as it is put, and its answer. Both stay while the panel is closed. */
export class Covering {
  rules = $state.raw<RuleSet>()
  code = $state('health_station')
  answer = $state.raw<CoverageAnswer>()
  /** Open facilities of the rule's kinds. */
  facilities = $state.raw<Feature[]>([])
  isRunning = $state(false)
  progress = $state.raw<Progress>()
  failure = $state.raw<unknown>()
  wasCancelled = $state(false)
  #run: AbortController | undefined
  /** For whom the answer is. */
  #isPublic = false

  readonly rule = $derived(this.rules?.rules.find(({ rule }) => rule === this.code))
  readonly result = $derived(this.answer?.results[0])
  /** The city is another than the one that was asked about. */
  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > this.answer.revision)
  readonly isAnswered = $derived(this.answer !== undefined && this.result?.rule === this.code)

  /** Reads the rules once, and answers for the rule that is chosen unless that is done. */
  async open(): Promise<void> {
    if (this.#isPublic !== app.isPublic) [this.answer, this.#isPublic] = [undefined, app.isPublic]
    try {
      this.rules ??= await analysis.rules()
    } catch (error) {
      this.failure = error
      return
    }
    if (!this.isAnswered && !this.isRunning) await this.run()
  }

  async choose(code: string): Promise<void> {
    this.code = code
    await this.run()
  }

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    const rule = this.rule
    if (!rule) return
    ;[this.answer, this.facilities] = [undefined, []]
    ;[this.isRunning, this.progress, this.failure, this.wasCancelled] = [true, undefined, undefined, false]
    try {
      const order = { rules: [rule.rule], with_buildings: true, most_gaps: 10_000 }
      const [answer, facilities] = await Promise.all([
        analysis.coverage(order, (progress) => (this.progress = progress), signal),
        analysis.facilities(rule.facility_kinds, signal),
      ])
      if (signal.aborted) return
      this.answer = answer
      this.facilities = facilities.filter(({ properties }) => properties['is_open'] !== false)
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  cancel(): void {
    this.#run?.abort()
    this.isRunning = false
    this.wasCancelled = true
  }

  /** What a rule is called: the standard's words, or in English the kinds of facility. */
  titleOf(rule: Rule): string {
    return app.language === 'zh' ? rule.title_zh : rule.facility_kinds.map((kind) => this.kindTitle(kind)).join(' / ')
  }

  kindTitle(code: string): string {
    const choices = app.layer('facility')?.fields.find(({ name }) => name === 'facility_kind')?.choices
    return choices?.find((choice) => choice.code === code)?.title[app.language] ?? code
  }

  /** What a facility is called; its number where it has no name. */
  facilityName(id: number): string {
    const name = this.facilities.find((facility) => facility.id === id)?.properties['name']
    return name ? String(name) : `${app.title('facility')} ${id}`
  }
}

export const covering = new Covering()

export const tierKey = (tier: Rule['tier']): Key => `coverTier.${tier}`
export const trustKey = (trust: Rule['verified']): Key => `coverTrust.${trust}`
