import type { Feature } from '../../api/client'
import { streetCalendar, type StreetCalendar } from '../../api/street_calendar'
import { trenches } from '../../api/trenches'
import { app } from '../../state/app.svelte'

/** How often each street is opened in a year: for everybody, without a pipe or an operator. */
class Calendar {
  year = $state(new Date().getFullYear())
  answer = $state.raw<StreetCalendar>()
  /** Streets that are opened in the year, to be drawn. */
  shapes = $state.raw<Feature[]>([])
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #run: AbortController | undefined

  readonly isStale = $derived(this.answer !== undefined && (app.city?.revision ?? 0) > this.answer.revision)

  async read(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure] = [true, undefined]
    try {
      const answer = await streetCalendar.find(this.year, signal)
      const opened = answer.streets.filter(({ openings_in_year }) => openings_in_year > 0).map(({ street_id }) => street_id)
      const shapes = await trenches.shapes(opened, signal)
      if (!signal.aborted) [this.answer, this.shapes] = [answer, shapes]
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  go(years: number): void {
    this.year += years
    void this.read()
  }

  /** The streets that are opened, as features of the map's own source. */
  readonly drawn: GeoJSON.FeatureCollection = $derived({
    type: 'FeatureCollection',
    features: this.shapes.map(({ id, geometry }) => ({ type: 'Feature', geometry, properties: { what: 'open', id } })),
  })
}

export const calendar = new Calendar()
