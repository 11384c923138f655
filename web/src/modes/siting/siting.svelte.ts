import { analysis, type SitingAnswer } from '../../api/analysis'
import type { Feature } from '../../api/client'
import { app } from '../../state/app.svelte'
import { covering } from '../coverage/covering.svelte'
import { scenario } from '../scenario/scenario.svelte'
import { gainsOf, GAIN_COLOURS, GAINS, hasRadius, missingOf, orderOf, type Draft, type Gain, type Objective, type Weight, type Wish } from './order'

/** A candidate site on the map and in the list. */
export interface Site {
  id: number
  name: string
  at: [number, number]
  areaM2: number | undefined
  cost: string | undefined
  wish: Wish | undefined
  isChosen: boolean
}

/** Where new facilities of the rule's kinds would serve best. The question and its answer stay while the panel is closed. */
export class Siting {
  objective = $state<Objective>('mclp')
  weight = $state<Weight>('households')
  limitBy = $state<'p' | 'budget'>('p')
  p = $state<number | null>(3)
  budget = $state('')
  /** Metres; the rule's own until somebody writes another. */
  radiusM = $state<number | null>(null)
  hasCapacities = $state(false)
  candidateCapacity = $state<number | null>(null)
  existingCapacity = $state<number | null>(null)
  assignment = $state<'single' | 'split'>('single')
  withoutExisting = $state(false)
  roomM2 = $state<number | null>(null)
  timeLimitS = $state<number | null>(30)
  wishes = $state.raw<ReadonlyMap<number, Wish>>(new Map())

  features = $state.raw<Feature[]>()
  answer = $state.raw<SitingAnswer>()
  /** The rule that the answer is for. */
  answered = $state('')
  isRunning = $state(false)
  seconds = $state(0)
  failure = $state.raw<unknown>()
  wasCancelled = $state(false)
  /** Its part of the panel of coverage is the one that is seen. */
  isSeen = $state(false)
  /** Maps on paper wear the answer, where they wear coverage. */
  isOnPaper = $state(false)
  #run: AbortController | undefined
  /** Buildings that were reached before. */
  #reached: ReadonlySet<number> = new Set()

  readonly draft = $derived.by(
    (): Draft => ({
      facilityKinds: covering.rule?.facility_kinds ?? [],
      objective: this.objective,
      weight: this.weight,
      limitBy: this.limitBy,
      p: this.p,
      budget: this.budget,
      radiusM: this.radiusM,
      hasCapacities: this.hasCapacities,
      candidateCapacity: this.candidateCapacity,
      existingCapacity: this.existingCapacity,
      assignment: this.assignment,
      withoutExisting: this.withoutExisting,
      roomM2: this.roomM2,
      timeLimitS: this.timeLimitS,
      wishes: this.wishes,
    }),
  )
  readonly missing = $derived(missingOf(this.draft))
  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > this.answer.revision)
  readonly isAnswered = $derived(this.answer !== undefined && this.answered === covering.code)
  readonly sites = $derived.by((): Site[] => {
    const chosen = new Set(this.isAnswered ? this.answer?.chosen : [])
    return (this.features ?? []).flatMap(({ id, geometry, properties }): Site[] => {
      if (geometry.type !== 'Point') return []
      const { name, area_m2, estimated_cost } = properties
      return [
        {
          id,
          name: name ? String(name) : `${app.title('candidate_site')} ${id}`,
          at: geometry.coordinates as [number, number],
          areaM2: typeof area_m2 === 'number' ? area_m2 : undefined,
          cost: typeof estimated_cost === 'string' ? estimated_cost : undefined,
          wish: this.wishes.get(id),
          isChosen: chosen.has(`candidate_site/${id}`),
        },
      ]
    })
  })
  /** What every building gets from the answer. */
  readonly gains = $derived(this.answer && this.isAnswered ? gainsOf(this.answer, (id) => this.#reached.has(id)) : undefined)
  readonly colouring = $derived.by(() => {
    if (!this.gains) return undefined
    const ids = [...this.gains.keys()]
    return { ids, classes: ids.map((id) => GAINS.indexOf(this.gains?.get(id) ?? 'kept')), colours: GAINS.map((gain) => GAIN_COLOURS[gain]) }
  })
  readonly counts = $derived.by(() => {
    const counts = Object.fromEntries(GAINS.map((gain) => [gain, 0])) as Record<Gain, number>
    for (const gain of this.gains?.values() ?? []) counts[gain] += 1
    return counts
  })

  async open(): Promise<void> {
    if (this.radiusM === null) this.radiusM = covering.result?.reach_m ?? null
    if (this.features) return
    try {
      this.features = await analysis.candidateSites()
    } catch (error) {
      this.failure = error
    }
  }

  /** Free, must, must not, and free again. */
  turn(id: number): void {
    const next: Record<string, Wish | undefined> = { free: 'must', must: 'must_not', must_not: undefined }
    this.wish(id, next[this.wishes.get(id) ?? 'free'])
  }

  wish(id: number, wish: Wish | undefined): void {
    const wishes = new Map(this.wishes)
    if (wish) wishes.set(id, wish)
    else wishes.delete(id)
    this.wishes = wishes
  }

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure, this.answer, this.wasCancelled, this.seconds] = [true, undefined, undefined, false, 0]
    const start = performance.now()
    const timer = setInterval(() => (this.seconds = Math.round((performance.now() - start) / 1000)), 250)
    const { code } = covering
    // As it was when it was asked: the chosen sites may become part of the scenario afterwards.
    const reached = this.withoutExisting ? new Set<number>() : covering.reachedBuildings(hasRadius(this.objective) ? this.radiusM : null)
    try {
      const order = { ...orderOf(this.draft), modifications: scenario.asked }
      const answer = await analysis.siting(order, () => undefined, signal)
      if (!signal.aborted) [this.#reached, this.answered, this.answer] = [reached, code, answer]
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      clearInterval(timer)
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  cancel(): void {
    this.#run?.abort()
    ;[this.isRunning, this.wasCancelled] = [false, true]
  }

  clear(): void {
    this.answer = undefined
  }

  /** The chosen sites as new facilities of the scenario that is worked on, or of one that begins. */
  takeIntoScenario(): void {
    const kind = covering.rule?.facility_kinds[0]
    const chosen = this.sites.filter(({ isChosen }) => isChosen)
    if (!kind || chosen.length === 0) return
    if (!scenario.isOn) scenario.begin()
    scenario.add(
      ...chosen.map(({ name, at }) => ({
        kind: 'add_facility' as const,
        facility_kind: kind,
        at,
        name,
        ...(this.hasCapacities && this.candidateCapacity !== null ? { capacity: this.candidateCapacity } : {}),
        ...(this.roomM2 ? { building_area_m2: this.roomM2 } : {}),
      })),
    )
  }
}

export const siting = new Siting()
