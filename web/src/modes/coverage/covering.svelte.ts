import { analysis, type CoverageAnswer, type Modification, type Progress, type Rule, type RuleSet } from '../../api/analysis'
import type { Feature } from '../../api/client'
import type { Key } from '../../i18n'
import { app } from '../../state/app.svelte'
import { changed, type Changed } from '../scenario/change'
import { placedAfter, type Placed } from '../scenario/drafts'
import { Latest } from '../scenario/latest'
import { scenario } from '../scenario/scenario.svelte'

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
  /** The answer for the city as it is; the same one unless a scenario is on. */
  baseline = $state.raw<CoverageAnswer>()
  /** What the answer presumes; while something is dragged, its place too. */
  presumed = $state.raw<Modification[]>([])
  /** How long the last answer to a scenario took, in milliseconds, from the question to the figures. */
  tookMs = $state<number>()
  /** Why the scenario has no answer. The last answer stays. */
  refusal = $state.raw<unknown>()
  /** Another scenario than the one that is worked on, looked at from a comparison. */
  overlay = $state.raw<{ name: string; modifications: Modification[] }>()
  /** What the colours of the buildings say. */
  colours = $state<'distance' | 'change'>('distance')
  /** Maps on paper wear what the panel of coverage shows. */
  isOnPaper = $state(false)
  /** For whom the answer is. */
  #isPublic = $state(false)
  #run: AbortController | undefined

  readonly rule = $derived(this.rules?.rules.find(({ rule }) => rule === this.code))
  readonly result = $derived(this.answer?.results[0])
  /** The city is another than the one that was asked about. */
  readonly isStale = $derived(this.baseline !== undefined && (app.city?.revision ?? 0) > this.baseline.revision)
  /** What the scenario changes, where one is on. */
  readonly changed = $derived.by((): Changed | undefined => {
    if (!this.answer || !this.baseline || this.presumed.length === 0) return undefined
    return changed(this.baseline, this.answer, this.code)
  })
  /** Facilities of the rule's kinds as the scenario makes them. */
  readonly placed = $derived.by((): Placed[] => {
    const places = this.facilities.flatMap(({ id, geometry, properties }): Placed[] => {
      if (geometry.type !== 'Point') return []
      return [{ id, name: String(properties['name'] ?? ''), at: geometry.coordinates as [number, number], state: 'kept' }]
    })
    return placedAfter(places, this.presumed, this.rule?.facility_kinds ?? [])
  })
  /** Asks while somebody drags: one question at a time, the newest next. */
  readonly #live = new Latest<{ modifications: Modification[]; isDragged: boolean }, CoverageAnswer>(
    ({ modifications, isDragged }, signal) => analysis.coverage(this.#order(modifications, isDragged), () => undefined, signal),
    (answer, { modifications }, ms) => {
      if (answer.results[0]?.rule !== this.code) return
      ;[this.answer, this.presumed, this.tookMs, this.refusal] = [answer, modifications, ms, undefined]
    },
    (error) => (this.refusal = error),
  )
  readonly isAnswered = $derived(this.answer !== undefined && this.result?.rule === this.code)
  /** It is for whoever looks now. */
  readonly isForViewer = $derived(this.isAnswered && this.#isPublic === app.isPublic)

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

  /** What was only looked at goes away with the panel. */
  leave(): void {
    if (this.overlay) this.presume(scenario.asked)
    this.overlay = undefined
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
    this.#live.stop()
    ;[this.answer, this.baseline, this.facilities] = [undefined, undefined, []]
    ;[this.isRunning, this.progress, this.failure, this.wasCancelled] = [true, undefined, undefined, false]
    ;[this.presumed, this.tookMs, this.refusal] = [[], undefined, undefined]
    try {
      const tell = (progress: Progress) => (this.progress = progress)
      const [answer, facilities] = await Promise.all([
        analysis.coverage(this.#order([], false), tell, signal),
        analysis.facilities(rule.facility_kinds, signal),
      ])
      if (signal.aborted) return
      this.answer = this.baseline = answer
      this.facilities = facilities.filter(({ properties }) => properties['is_open'] !== false)
      if (scenario.asked.length > 0) this.presume(scenario.asked)
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  #order(modifications: Modification[], isDragged: boolean) {
    // Scores of E2SFCA are left out while somebody drags: nobody can read them then.
    const order = { rules: [this.code], with_buildings: true, most_gaps: 10_000, modifications }
    return isDragged ? { ...order, steps: [] } : order
  }

  /** Answers for the city as modifications make it, without taking away what is shown meanwhile. */
  presume(modifications: Modification[], isDragged = false): void {
    if (!this.baseline) return
    if (modifications.length === 0) {
      this.#live.stop()
      ;[this.answer, this.presumed, this.tookMs, this.refusal] = [this.baseline, [], undefined, undefined]
    } else this.#live.put({ modifications, isDragged })
  }

  /** Numbers of the buildings that reach a facility of the rule within some metres, or without them within its reach. */
  reachedBuildings(metres: number | null): Set<number> {
    const { answer, result } = this
    if (!answer || !result || result.facilities === 0) return new Set()
    const { state, distance_m } = result.buildings
    const isReached = (i: number) => (metres === null ? state[i] !== 2 : (distance_m[i] ?? Infinity) <= metres)
    return new Set(answer.building_ids.filter((_, i) => isReached(i)))
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
