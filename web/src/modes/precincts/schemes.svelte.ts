import { api, type Feature } from '../../api/client'
import { setActor } from '../../api/edits'
import {
  conflictsIn,
  reasonOf,
  schemes as calls,
  type Member,
  type Overlap,
  type Precinct,
  type Scheme,
  type SchemeConflict,
  type SchemeDetail,
  type SchemeEdit,
  type SchemeEdited,
  type SchemeState,
  type SchemeStep,
} from '../../api/schemes'
import type { Key } from '../../i18n'
import { app } from '../../state/app.svelte'
import { keepActor, keptActor } from '../edit/kept'
import { colourOf } from './colours'
import { waysFrom } from './steps'

/** How often it is asked whether somebody else has done something that no event tells, such as leaving a community out. */
const LOOK_MS = 4000

export interface Said {
  key: Key
  values?: Record<string, string | number>
}

/** An edit that was not written because somebody was faster: nothing of it is lost. */
export interface Unwritten {
  edits: SchemeEdit[]
  conflicts: SchemeConflict[]
}

/** The schemes, and the one that is worked on: as the server has it, never further. */
class Schemes {
  list = $state.raw<Scheme[]>()
  detail = $state.raw<SchemeDetail>()
  precincts = $state.raw<Precinct[]>([])
  members = $state.raw<Member[]>([])
  steps = $state.raw<SchemeStep[]>([])
  communities = $state.raw<ReadonlyMap<number, Feature>>(new Map())
  colours = $state.raw<ReadonlyMap<number, string>>(new Map())
  /** The name that stands in the history, as editing keeps it. */
  actor = $state(keptActor(localStorage))
  isBusy = $state(false)
  isReading = $state(false)
  failure = $state.raw<unknown>()
  said = $state.raw<Said>()
  unwritten = $state.raw<Unwritten>()
  /** A drawn precinct that lies upon others, until it is said whose the ground is. */
  overlapping = $state.raw<{ edit: SchemeEdit & { op: 'draw' }; precinctIds: number[] }>()
  /** What is wrong with the last edit, where the server names a place. */
  wrongAt = $state.raw<[number, number]>()
  #turn = 0

  readonly isOpen = $derived(app.mayPlan && (this.detail?.state === 'draft' || this.detail?.state === 'shared'))
  readonly ways = $derived(waysFrom(this.steps))
  /** In which precinct a community is; null: left out by hand. */
  readonly homes = $derived(new Map(this.members.map((member) => [member.community_id, member])))
  readonly unassigned = $derived([...this.communities.values()].filter(({ id }) => !this.homes.get(id)?.precinct_id))

  precinct(id: number | undefined): Precinct | undefined {
    return this.precincts.find((one) => one.id === id)
  }

  nameOf(id: number | null | undefined): string {
    return this.precinct(id ?? undefined)?.properties.name ?? app.t('precNoPrecinct')
  }

  communityName(id: number): string {
    const name = this.communities.get(id)?.properties['name']
    return name ? String(name) : `${app.title('community')} ${id}`
  }

  /** The list anew, and the communities where they may be others. */
  async read(withCommunities: boolean): Promise<void> {
    try {
      const [list] = await Promise.all([calls.list(), withCommunities ? this.#readCommunities() : undefined])
      this.list = list
    } catch (error) {
      this.failure = error
    }
  }

  async #readCommunities(): Promise<void> {
    const found = new Map<number, Feature>()
    for await (const page of api.allFeatures('community', 'name,households,responsible_body,subdistrict_code')) {
      for (const feature of page) found.set(feature.id, feature)
    }
    this.communities = found
  }

  async choose(id: number | undefined): Promise<void> {
    this.#turn += 1
    ;[this.detail, this.precincts, this.members, this.steps, this.colours] = [undefined, [], [], [], new Map()]
    ;[this.failure, this.said, this.unwritten, this.overlapping, this.wrongAt] = [undefined, undefined, undefined, undefined, undefined]
    if (id !== undefined) await this.#readWhole(id)
  }

  async #readWhole(id: number): Promise<void> {
    const turn = ++this.#turn
    this.isReading = true
    try {
      const [detail, { features }, members, steps] = await Promise.all([
        calls.find(id),
        calls.precincts(id),
        calls.members(id),
        app.mayPlan ? calls.history(id) : [],
      ])
      if (turn !== this.#turn) return
      this.colours = colourOf(features, this.colours)
      ;[this.detail, this.precincts, this.members, this.steps] = [detail, features, members, steps]
    } catch (error) {
      if (turn === this.#turn) this.failure = error
    } finally {
      if (turn === this.#turn) this.isReading = false
    }
  }

  /** Follows what others do while the mode is open; answers what ends it. */
  follow(): () => void {
    const tell = (layers: { layer: string }[] | undefined) => {
      const touched = (layer: string) => !layers || layers.some((one) => one.layer === layer)
      if (touched('precinct') || touched('community')) void this.#catchUp(touched('community'))
    }
    const look = async () => {
      const { detail } = this
      if (!detail || document.hidden || this.isBusy) return
      const now = await calls.find(detail.scheme_id).catch((): undefined => undefined)
      const isSame = !now || (now.last_step === detail.last_step && now.version === detail.version)
      if (!isSame && this.detail?.scheme_id === detail.scheme_id) await this.#catchUp(false)
    }
    app.watchers.add(tell)
    const looking = setInterval(() => void look(), LOOK_MS)
    return () => {
      app.watchers.delete(tell)
      clearInterval(looking)
    }
  }

  async #catchUp(withCommunities: boolean): Promise<void> {
    await this.read(withCommunities)
    // What is written now is read when it is written.
    if (this.detail && !this.isBusy) await this.#readWhole(this.detail.scheme_id)
  }

  /** Does something and reads what it left; true: it was done. */
  async #do(work: () => Promise<SchemeEdited | undefined>, said?: Said): Promise<boolean> {
    if (this.isBusy) return false
    ;[this.isBusy, this.failure, this.said, this.wrongAt] = [true, undefined, undefined, undefined]
    try {
      setActor(this.actor.trim())
      if (this.actor.trim()) keepActor(localStorage, this.actor.trim())
      const edited = await work()
      if (edited) await this.#readWhole(edited.scheme.scheme_id)
      await this.read(false)
      this.said = said
      return true
    } catch (error) {
      this.failure = error
      return false
    } finally {
      this.isBusy = false
    }
  }

  create(name: string): Promise<boolean> {
    return this.#do(() => calls.create(name), { key: 'precMade', values: { name } })
  }

  /** Makes a scheme by whatever call, and opens it. */
  take(make: () => Promise<SchemeEdited>, name: string): Promise<boolean> {
    return this.#do(make, { key: 'precMade', values: { name } })
  }

  copy(of: Scheme, name: string): Promise<boolean> {
    return this.#do(() => calls.copy(of.scheme_id, name), { key: 'precCopied', values: { name: of.name } })
  }

  rename(one: SchemeDetail, name: string, note: string): Promise<boolean> {
    const { member_rule, member_threshold, version } = one
    return this.#do(() => calls.replace(one.scheme_id, { name, note: note || null, member_rule, member_threshold, version }))
  }

  /** The one that `adopted` replaces must be named before: nobody supersedes a scheme unseen. */
  get adopted(): Scheme | undefined {
    return this.list?.find(({ state }) => state === 'adopted')
  }

  bring(one: SchemeDetail, state: SchemeState): Promise<boolean> {
    return this.#do(() => calls.bring(one.scheme_id, state, one.version), { key: `precNow.${state}` })
  }

  async delete(one: Scheme): Promise<void> {
    const isDone = await this.#do(async () => {
      await calls.delete(one.scheme_id, one.version)
      return undefined
    })
    if (!isDone) return
    if (this.detail?.scheme_id === one.scheme_id) await this.choose(undefined)
    this.said = { key: 'precDeleted', values: { name: one.name } }
  }

  /** Edits the scheme, with the versions of all precincts that are shown. */
  async edit(edits: SchemeEdit[], said: Said): Promise<boolean> {
    const { detail } = this
    if (!detail) return false
    const versions = Object.fromEntries(this.precincts.map(({ id, properties }) => [String(id), properties.version]))
    const isDone = await this.#do(() => calls.edit(detail.scheme_id, edits, versions), said)
    if (isDone) this.unwritten = undefined
    else await this.#refused(edits, detail.scheme_id)
    return isDone
  }

  async #refused(edits: SchemeEdit[], id: number): Promise<void> {
    const conflicts = conflictsIn(this.failure)
    if (conflicts.length > 0) {
      ;[this.unwritten, this.failure] = [{ edits, conflicts }, undefined]
      await this.#readWhole(id)
      return
    }
    const why = reasonOf(this.failure)
    const [edit] = edits
    if (why?.reason === 'overlaps' && edit?.op === 'draw') {
      ;[this.overlapping, this.failure] = [{ edit, precinctIds: why.precinctIds }, undefined]
    }
    this.wrongAt = why?.at
  }

  /** Draws what overlaps after all: the ground goes to it, or stays whose it is. */
  async settle(overlap: Exclude<Overlap, 'refuse'>): Promise<boolean> {
    const drawn = this.overlapping
    if (!drawn) return false
    this.overlapping = undefined
    return this.edit([{ ...drawn.edit, overlap }], { key: 'precDrawn', values: { name: drawn.edit.about.name } })
  }

  /** Writes mine upon what somebody else has left. */
  again(): Promise<boolean> {
    const edits = this.unwritten?.edits ?? []
    return this.edit(edits, { key: 'precWrittenAgain' })
  }

  backTo(step: number): Promise<boolean> {
    const { detail } = this
    if (!detail) return Promise.resolve(false)
    return this.#do(() => calls.backTo(detail.scheme_id, step, detail.last_step), { key: 'precWentBack' })
  }

  undo(): void {
    const way = this.ways.undo
    if (way && this.isOpen) void this.backTo(way.to)
  }

  redo(): void {
    const way = this.ways.redo
    if (way && this.isOpen) void this.backTo(way.to)
  }
}

export const schemes = new Schemes()
