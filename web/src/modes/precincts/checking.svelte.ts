import { schemeAnswers, type Check } from '../../api/scheme_answers'
import type { SchemeEdit } from '../../api/schemes'
import { Latest } from '../scenario/latest'
import { schemes } from './schemes.svelte'

/** What is wrong with the precincts as they are, and with what is being drawn. */
class Checking {
  /** Of the scheme as it is. */
  stored = $state.raw<Check[]>()
  /** Of what is drawn and not written yet. */
  drawn = $state.raw<{ checks: Check[]; communities: number }>()
  failure = $state.raw<unknown>()
  #run: AbortController | undefined
  /** One question at a time while somebody draws, the newest next. */
  readonly #live = new Latest<{ id: number; edits: SchemeEdit[] }, { checks: Check[]; precincts: unknown[] }>(
    ({ id, edits }, signal) => schemeAnswers.check(id, edits, signal),
    ({ checks, precincts }) => {
      const members = (precincts as { properties?: { members?: unknown[] } }[]).at(0)?.properties?.members ?? []
      this.drawn = { checks, communities: members.length }
    },
    // A half-drawn outline may cross itself; that is told when it is finished.
    () => (this.drawn = undefined),
  )

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    const id = schemes.detail?.scheme_id
    if (id === undefined) return void (this.stored = undefined)
    try {
      const { checks } = await schemeAnswers.check(id, [], signal)
      if (!signal.aborted) [this.stored, this.failure] = [checks, undefined]
    } catch (error) {
      if (!signal.aborted) [this.stored, this.failure] = [undefined, error]
    }
  }

  look(edits: SchemeEdit[]): void {
    const id = schemes.detail?.scheme_id
    if (id !== undefined) this.#live.put({ id, edits })
  }

  endLook(): void {
    this.#live.stop()
    this.drawn = undefined
  }
}

export const checking = new Checking()
