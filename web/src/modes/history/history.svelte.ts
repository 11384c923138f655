import { api, ApiError, type Feature } from '../../api/client'
import { edits, type Changed, type EditDone, type EditSummary, type Effect, type Step } from '../../api/edits'
import type { Key } from '../../i18n'
import { boundsOfAll } from '../../map/bounds'
import { picture } from '../../map/editing/picture'
import { fromGeometry } from '../../map/editing/shape'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { editing } from '../edit/editing.svelte'

const PAGE = 30
const MOST_STEPS = 200

type Target = { layer: string; id: number }

/** What was changed: of one feature, and by everybody; and how it is taken back. */
class History {
  target = $state.raw<Target>()
  /** As it is now; absent when it is gone. */
  feature = $state.raw<Feature>()
  steps = $state.raw<Step[]>([])
  list = $state.raw<EditSummary[]>([])
  hasMore = $state(false)
  /** The edit that is looked at, and what it did. */
  opened = $state.raw<{ edit_id: number; features: Effect[] }>()
  isLoading = $state(false)
  isActing = $state(false)
  failure = $state.raw<unknown>()
  said = $state.raw<{ key: Key; values?: Record<string, string | number> }>()
  /** What is drawn on the map: a step by its place, or an edit by its number. */
  shown = $state<string>()
  #turn = 0

  /** Reads the history of a feature, also of one that is gone. */
  async look(target: Target | undefined): Promise<void> {
    const turn = ++this.#turn
    const isSame = target?.layer === this.target?.layer && target?.id === this.target?.id
    this.target = target
    if (!isSame) {
      this.steps = []
      this.feature = undefined
      this.hide()
    }
    if (!target) return
    try {
      const [steps, feature] = await Promise.all([
        edits.history(target.layer, target.id, MOST_STEPS),
        api.feature(target.layer, target.id).catch((): undefined => undefined),
      ])
      if (turn === this.#turn) [this.steps, this.feature] = [steps, feature]
    } catch (error) {
      // To an operator a feature that was never its own is one without steps.
      const isOthers = !app.mayPlan && error instanceof ApiError && error.status === 404
      if (turn === this.#turn && !isOthers) this.failure = error
    }
  }

  /** The newest edits, or those after the last that is listed. */
  async read(isMore = false): Promise<void> {
    this.isLoading = true
    const before = isMore ? this.list.at(-1)?.edit_id : undefined
    try {
      const page = await edits.list({ limit: PAGE, ...(before === undefined ? {} : { before }) })
      this.list = isMore ? [...this.list, ...page] : page
      this.hasMore = page.length === PAGE
      this.failure = undefined
    } catch (error) {
      this.failure = error
    }
    this.isLoading = false
  }

  /** After a change of the city: what is listed may have grown. */
  async again(): Promise<void> {
    await Promise.all([this.read(), this.look(this.target)])
  }

  async open(edit_id: number): Promise<void> {
    if (this.opened?.edit_id === edit_id) {
      this.opened = undefined
      this.hide()
      return
    }
    this.failure = undefined
    try {
      const { features } = await edits.find(edit_id)
      this.opened = { edit_id, features }
      this.show(
        `edit ${edit_id}`,
        features.map(({ changed }) => changed),
      )
    } catch (error) {
      this.failure = error
    }
  }

  /** Draws shapes before and after on the map. */
  show(name: string, changes: Changed[]): void {
    const shapes = (side: 'before' | 'after') =>
      changes.flatMap(({ geometry }) => (geometry?.[side] ? [geometry[side] as GeoJSON.Geometry] : []))
    const [before, after] = [shapes('before'), shapes('after')]
    const features = [
      ...before.flatMap((shape) => picture({ theirs: fromGeometry(shape) }).features),
      ...after.flatMap((shape) => picture({ offered: fromGeometry(shape) }).features),
    ]
    this.shown = name
    app.map?.edit({ type: 'FeatureCollection', features })
    const bounds = boundsOfAll({ type: 'FeatureCollection', features })
    if (bounds) app.map?.flyTo(bounds, paddingOf(app))
  }

  hide(): void {
    this.shown = undefined
    app.map?.edit(undefined)
  }

  async undo(edit: EditSummary): Promise<void> {
    await this.#act(() => edits.undoOne(edit.edit_id), edit.kind === 'undo' ? 'historyRedone' : 'historyUndone')
  }

  /** Brings the feature back to how it was before a step. */
  async restore(step: Step): Promise<void> {
    const { target } = this
    if (!target) return
    const restore = () => edits.restoreVersion(target.layer, target.id, step.version, this.feature?.version)
    if (await this.#act(restore, 'historyRestored')) await app.select(target)
  }

  /** Writes under the person's name; says what was done, or why not. */
  async #act(act: () => Promise<EditDone>, key: Key): Promise<EditDone | undefined> {
    if (this.isActing || !(await editing.named())) return undefined
    this.isActing = true
    this.failure = this.said = undefined
    try {
      const done = await act()
      this.hide()
      this.opened = undefined
      this.said = done.edit_id === null ? { key: 'historyNothing' } : { key, values: { n: done.features.length } }
      await this.again()
      return done
    } catch (error) {
      this.failure = error
      return undefined
    } finally {
      this.isActing = false
    }
  }

  /** What going back to a time would change; nothing when it was refused. */
  async wouldRestore(order: { at: string; layers?: string[]; bbox?: number[] }): Promise<EditDone | undefined> {
    this.failure = this.said = undefined
    try {
      return await edits.restore({ ...order, is_dry_run: true })
    } catch (error) {
      this.failure = error
      return undefined
    }
  }

  async goBack(order: { at: string; layers?: string[]; bbox?: number[] }): Promise<EditDone | undefined> {
    return this.#act(() => edits.restore({ ...order, is_dry_run: false }), 'historyWentBack')
  }

  putAway(): void {
    this.hide()
    this.opened = this.said = this.failure = undefined
  }
}

export const history = new History()
