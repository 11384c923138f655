import type { Modification } from '../../api/analysis'
import { scenarios, type Scenario } from '../../api/scenarios'
import { app } from '../../state/app.svelte'
import { withOne, without } from './drafts'

/** The scenario that is worked on: a list of modifications, every state of which can be gone back to. */
export class Scenarios {
  isOn = $state(false)
  name = $state('')
  /** The stored one that this is, as it was when it was read or written. */
  saved = $state.raw<Scenario>()
  list = $state.raw<Modification[]>([])
  stored = $state.raw<Scenario[]>()
  failure = $state.raw<unknown>()
  isBusy = $state(false)
  #past = $state.raw<Modification[][]>([])
  #future = $state.raw<Modification[][]>([])

  readonly canUndo = $derived(this.#past.length > 0)
  readonly canRedo = $derived(this.#future.length > 0)
  readonly isDirty = $derived(
    this.isOn && (this.saved ? this.name !== this.saved.name || JSON.stringify(this.list) !== JSON.stringify(this.saved.modifications) : this.list.length > 0),
  )

  begin(list: Modification[] = [], saved?: Scenario): void {
    ;[this.isOn, this.list, this.saved, this.name] = [true, list, saved, saved?.name ?? '']
    ;[this.#past, this.#future, this.failure] = [[], [], undefined]
  }

  end(): void {
    this.begin()
    this.isOn = false
  }

  add(...added: Modification[]): void {
    this.#change(added.reduce<Modification[]>((list, one) => withOne(list, one), this.list))
  }

  remove(index: number): void {
    this.#change(without(this.list, index))
  }

  #change(list: Modification[]): void {
    this.#past = [...this.#past, this.list]
    ;[this.list, this.#future] = [list, []]
  }

  undo(): void {
    const last = this.#past.at(-1)
    if (!last) return
    ;[this.#past, this.#future, this.list] = [this.#past.slice(0, -1), [this.list, ...this.#future], last]
  }

  redo(): void {
    const [next, ...rest] = this.#future
    if (!next) return
    ;[this.#past, this.#future, this.list] = [[...this.#past, this.list], rest, next]
  }

  async read(): Promise<void> {
    await this.#do(async () => void (this.stored = await scenarios.list()))
  }

  /** Keeps it, over the one that it was read from, or as a new one. */
  async save(isNew: boolean): Promise<void> {
    const order = { name: this.name.trim(), modifications: this.list }
    await this.#do(async () => {
      const { saved } = this
      this.saved =
        saved && !isNew
          ? await scenarios.replace(saved.scenario_id, { ...order, note: saved.note ?? null, version: saved.version })
          : await scenarios.create(order)
      // As the server writes them, so that what is saved and what is worked on can be compared.
      if (this.list === order.modifications) [this.name, this.list] = [this.saved.name, this.saved.modifications]
      this.stored = await scenarios.list()
    })
  }

  async delete(one: Scenario): Promise<void> {
    await this.#do(async () => {
      await scenarios.delete(one.scenario_id)
      if (this.saved?.scenario_id === one.scenario_id) this.saved = undefined
      this.stored = await scenarios.list()
    })
  }

  async #do(work: () => Promise<void>): Promise<void> {
    ;[this.isBusy, this.failure] = [true, undefined]
    try {
      await work()
    } catch (error) {
      this.failure = error
    } finally {
      this.isBusy = false
    }
  }

  /** The modifications of a question: the public has none. */
  readonly asked = $derived(this.isOn && app.mayPlan ? this.list : [])
}

export const scenario = new Scenarios()
