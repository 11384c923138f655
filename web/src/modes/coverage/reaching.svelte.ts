import { analysis, type ReachAnswer, type ReachOrder } from '../../api/analysis'
import { app } from '../../state/app.svelte'

export const LIMITS = [300, 500, 800, 1000]
/** Layers whose features walks can start from. */
export const ORIGINS = ['facility', 'community', 'building']

export interface Origin {
  name: string
  from: NonNullable<ReachOrder['from']>[number]
  at?: [number, number]
}

/** What can be walked to from a place. */
export class Reaching {
  origin = $state.raw<Origin>()
  answer = $state.raw<ReachAnswer>()
  limit = $state(500)
  isPicking = $state(false)
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #run: AbortController | undefined

  readonly shown = $derived(this.answer?.results.find(({ limit_m }) => limit_m === this.limit))
  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > this.answer.revision)

  pick(place: [number, number]): void {
    this.isPicking = false
    const name = `${place[1].toFixed(5)}, ${place[0].toFixed(5)}`
    void this.start({ name, from: { point: place }, at: place })
  }

  /** From the feature whose details are open. */
  fromSelected(): void {
    if (!app.selected) return
    const { layer, id } = app.selected
    void this.start({ name: app.labelOfSelected(), from: { layer, id } })
  }

  async start(origin: Origin): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.origin, this.answer, this.failure, this.isRunning] = [origin, undefined, undefined, true]
    try {
      const answer = await analysis.reach({ from: [origin.from], limits_m: LIMITS }, () => undefined, signal)
      if (!signal.aborted) this.answer = answer
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  clear(): void {
    this.#run?.abort()
    ;[this.origin, this.answer, this.failure, this.isRunning] = [undefined, undefined, undefined, false]
  }
}

export const reaching = new Reaching()
