import { api, ApiError, type Feature, type Layer } from '../../api/client'
import { conflictsOf, edits, mendingOf, setActor, type Change, type EditDone, type Step } from '../../api/edits'
import type { Key } from '../../i18n'
import type { Hit } from '../../map/city_map'
import { areasOf } from '../../geometry/parts'
import { faultsOfAreas, faultsOfPath } from '../../geometry/self_crossing'
import type { EditCanvas } from '../../map/editing/edit_canvas'
import { boundsOf } from '../../map/bounds'
import type { EditView } from '../../map/editing/picture'
import * as shapes from '../../map/editing/shape'
import type { Place, Shape, ShapeKind, VertexAt } from '../../map/editing/shape'
import type { Touched } from '../../map/touched'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import type { Fault } from './checks'
import { differences, rebase, settled, type Side } from './conflict'
import { changeOf, changedNames, draftOf, faultsOf, isDirty, newDraft, placeOfFault, removalOf, type Content, type Draft } from './draft'
import { keepActor, keepDraft, keptActor, keptDraft, tabLeftBehind } from './kept'
import { back, begin, forward, settle, step } from './steps'
import { meetOthers, nameOfTab, renameTab } from './tabs'
import { toolOf, type EditTool } from './tools'

const KEEP_MS = 250
const STEPS_TOLD = 50

/** The open feature as somebody else made it meanwhile. */
export interface Theirs {
  /** Absent: it is gone. */
  feature: Feature | undefined
  /** What happened since I saw it, newest first. */
  steps: Step[]
}

interface Said {
  key: Key
  values?: Record<string, string | number>
  /** Something was written, not only said. */
  isDone?: boolean
}

/**
 * One feature under edit, from the first vertex to its saving. What was typed and drawn lives in a draft
 * that is kept in the browser until it is saved or thrown away; nothing else may end it.
 */
export class Editing {
  draft = $state.raw<Draft>()
  /** The vertex that keys move. */
  chosen = $state.raw<VertexAt>()
  /** Dragging and arrow keys move the whole shape. */
  isMovingWhole = $state(false)
  /** The tool whose panel is open. */
  toolId = $state<string>()
  /** What the open tool would make, shown before it is saved. */
  pieces = $state.raw<readonly Shape[]>([])
  /** Several features were under a click. */
  hits = $state.raw<Hit[]>([])
  /** A refusal that no field is to blame for. */
  failure = $state.raw<unknown>()
  /** What the server says of fields, by name. */
  refused = $state.raw<Record<string, string>>({})
  /** Saving was tried: also what is missing is pointed out. */
  isTried = $state(false)
  isSaving = $state(false)
  isOpening = $state(false)
  theirs = $state.raw<Theirs>()
  isResolving = $state(false)
  choices = $state.raw<Record<string, Side>>({})
  /** The server's offer instead of an area that crosses itself, and where it does. */
  offered = $state.raw<Shape>()
  refusedAt = $state.raw<Place>()
  /** What waits until the open draft is saved or thrown away. */
  waiting = $state.raw<() => void>()
  /** What waits for the name of the person. */
  unnamed = $state.raw<() => void>()
  #typed = $state('')
  /** Under what name edits stand: that of the account, or what the person typed. */
  readonly actor = $derived(app.session?.name ?? this.#typed)
  /** What was done last, in words. */
  said = $state.raw<Said>()
  /** The last thing that was saved, for another like it. */
  last = $state.raw<{ layer: string; kind: ShapeKind }>()
  /** The browser keeps no draft: leaving the page would lose it. */
  isUnkept = $state(false)
  /** The person is to be taken to the first field, or the first that is wrong. */
  toForm = $state(false)
  canvas = $state.raw<EditCanvas>()

  /** The shape as it was when dragging began. */
  #dragged: Shape | undefined
  /** What this tab's draft is kept under. */
  #tab = ''
  #keeping: ReturnType<typeof setTimeout> | undefined

  readonly layer: Layer | undefined = $derived(this.draft && app.layer(this.draft.layer))
  readonly content: Content | undefined = $derived(this.draft?.steps.now)
  readonly shape: Shape | undefined = $derived(this.content?.shape)
  readonly sketch = $derived(this.content?.sketch)
  readonly tool: EditTool | undefined = $derived(toolOf(this.toolId))
  readonly faults: Record<string, Fault> = $derived(this.layer && this.content ? faultsOf(this.layer, this.content) : {})
  readonly changed: string[] = $derived(this.layer && this.draft ? changedNames(this.layer, this.draft) : [])
  readonly isDirty: boolean = $derived(this.layer !== undefined && this.draft !== undefined && isDirty(this.layer, this.draft))
  readonly crossing: Place | undefined = $derived(this.refusedAt ?? this.#firstFault())
  readonly differences = $derived(
    this.layer && this.draft && this.theirs?.feature ? differences(this.layer, this.draft, this.theirs.feature) : [],
  )
  readonly view: EditView = $derived({
    // What would be instead is shown alone.
    shape: this.toolId && this.pieces.length > 0 ? undefined : this.shape,
    sketch: this.sketch,
    chosen: this.chosen,
    hasHandles: !this.sketch && !this.isMovingWhole && !this.isResolving && !this.toolId,
    ...(this.toolId ? { pieces: this.pieces } : {}),
    theirs: this.theirs?.feature && this.differences.some(({ name }) => name === 'geometry')
      ? shapes.fromGeometry(this.theirs.feature.geometry)
      : undefined,
    offered: this.offered,
    crossing: this.crossing,
  })

  /** Where the area, or its border as far as it is drawn, first meets itself. */
  #firstFault(): Place | undefined {
    const { sketch, shape } = this
    const isArea = (sketch ?? shape)?.kind === 'area'
    if (!isArea) return undefined
    const [fault] = sketch ? faultsOfPath(sketch.places) : shape ? faultsOfAreas(areasOf(shapes.toGeometry(shape))) : []
    return fault && [fault.at[0], fault.at[1]]
  }

  // Beginning

  /** Takes up the draft that this tab, or one that is gone, left in the browser; and the name. Once. */
  restore(): void {
    if (this.#tab) return
    this.#tab = nameOfTab()
    this.setActor(keptActor(localStorage))
    this.#takeUp(this.#tab)
    void meetOthers(() => this.#tab).then((alive) => {
      if (alive.has(this.#tab)) {
        // The copy of a tab: the draft is the other's.
        this.#tab = renameTab()
        if (this.draft) this.#open(undefined)
      }
      const left = this.draft ? undefined : tabLeftBehind(localStorage, new Set([...alive, this.#tab]))
      if (!left || !this.#takeUp(left)) return
      this.keepNow()
      if (!this.isUnkept) keepDraft(localStorage, left, undefined)
    })
  }

  #takeUp(tab: string): boolean {
    const kept = keptDraft(localStorage, tab)
    if (!kept || !app.layer(kept.layer)) return false
    this.#open(kept)
    this.say('editRestored')
    void this.lookForOthers()
    return true
  }

  /** Begins a new feature, once an open draft is out of the way. */
  create(layer: Layer, kind: ShapeKind): void {
    this.#unlessDirty(() => {
      app.visible.add(layer.id)
      this.#open(newDraft(layer, kind))
      app.map?.map.getCanvas().focus()
    })
  }

  /** Opens a feature, once an open draft is out of the way. */
  edit(target: { layer: string; id: number }): void {
    if (this.draft?.base?.id === target.id && this.draft.layer === target.layer) return
    this.#unlessDirty(() => void this.#read(target))
  }

  /** Something was clicked while nothing is drawn. Where there are several, or the open one among them, the person chooses. */
  pick(hits: Hit[]): void {
    const isOpen = ({ layer, id }: Hit) => layer === this.draft?.layer && id === this.draft.base?.id
    const whole = hits.filter((hit) => hit.count === 0)
    if (this.tool?.onPick) return this.tool.onPick(this, whole)
    const single = whole.filter((hit) => app.mayWriteTo(hit.layer))
    const others = single.filter((hit) => !isOpen(hit))
    this.hits = single.length > 1 ? others : []
    const [only] = others
    if (only && single.length === 1) this.edit(only)
  }

  async #read({ layer: id, id: feature }: { layer: string; id: number }): Promise<void> {
    const layer = app.layer(id)
    if (!layer) return
    this.isOpening = true
    this.failure = this.said = undefined
    try {
      const read = await api.feature(id, feature)
      // Something may have been begun while it was on its way.
      this.#unlessDirty(() => {
        app.deselect()
        app.visible.add(id)
        this.#open(draftOf(layer, read))
        app.map?.reveal(boundsOf(read.geometry), paddingOf(app))
      })
    } catch (error) {
      this.failure = error
    }
    this.isOpening = false
  }

  /** Closes what was only looked at; a draft stays until it is saved or thrown away. */
  putAway(): void {
    if (!this.isDirty) this.#open(undefined)
  }

  #open(draft: Draft | undefined): void {
    this.draft = draft
    this.hits = []
    this.chosen = this.toolId = this.theirs = this.offered = this.refusedAt = this.failure = undefined
    this.refused = {}
    this.choices = {}
    this.isMovingWhole = this.isTried = this.isResolving = false
    if (draft) this.said = undefined
    this.#keep()
  }

  #unlessDirty(go: () => void): void {
    if (this.isDirty) this.waiting = go
    else go()
  }

  // Tools

  openTool(id: string): void {
    this.pieces = []
    this.chosen = undefined
    this.isMovingWhole = false
    this.toolId = id
  }

  closeTool(): void {
    this.toolId = undefined
    this.pieces = []
  }

  // Drawing

  /** Draws a line or a ring for a tool. */
  draw(role: string, kind: ShapeKind): void {
    this.chosen = undefined
    this.isMovingWhole = false
    this.#step({ sketch: { role, kind, places: [] } })
    app.map?.map.getCanvas().focus()
  }

  place(place: Place): void {
    const { sketch } = this
    if (!sketch) return
    this.#step({ sketch: { ...sketch, places: [...sketch.places, place] } })
    if (sketch.kind === 'point') this.finish()
  }

  takeBackPlace(): void {
    const { sketch } = this
    if (sketch && sketch.places.length > 0) this.#step({ sketch: { ...sketch, places: sketch.places.slice(0, -1) } })
  }

  get canFinish(): boolean {
    return this.sketch !== undefined && this.sketch.places.length >= shapes.FEWEST[this.sketch.kind]
  }

  finish(): void {
    const { sketch } = this
    if (!sketch || !this.canFinish) return
    if (sketch.role === 'shape') {
      this.reshape(shapes.shapeOf(sketch.kind, sketch.places))
      this.toForm = true
    } else toolOf(sketch.role)?.onSketch?.(this, sketch.places)
  }

  /** Puts away what is being drawn; of a new feature that has no shape yet, all of it. */
  cancelSketch(): void {
    if (!this.sketch) return
    if (this.shape || this.isTyped()) this.#step({ sketch: undefined })
    else this.discard()
  }

  /** Draws the shape anew. */
  redraw(): void {
    if (this.draft) this.draw('shape', this.draft.kind)
  }

  isTyped(): boolean {
    return this.changed.some((name) => name !== 'geometry')
  }

  // Reshaping

  /** Takes another shape, as one step. */
  reshape(shape: Shape, about = ''): void {
    this.offered = this.refusedAt = undefined
    this.#step({ shape, sketch: undefined }, about)
  }

  choose(at: VertexAt | undefined): void {
    this.chosen = at
  }

  moveVertex(at: VertexAt, to: Place, isDone = true): void {
    if (!this.shape) return
    this.reshape(shapes.moveVertex(this.shape, at, to), `vertex ${JSON.stringify(at)}`)
    if (isDone) this.#settle()
  }

  insertVertex(at: VertexAt, place: Place): void {
    if (!this.shape) return
    this.reshape(shapes.insertVertex(this.shape, at, place), `vertex ${JSON.stringify(at)}`)
    this.chosen = at
  }

  insertAfter(at: VertexAt): void {
    if (!this.shape) return
    this.reshape(shapes.insertAfter(this.shape, at))
    this.chosen = { ...at, vertex: at.vertex + 1 }
  }

  removeVertex(at: VertexAt): void {
    if (!this.shape) return
    if (!shapes.canRemoveVertex(this.shape, at)) return this.say('editFewestVertices', { n: shapes.FEWEST[this.shape.kind] })
    this.reshape(shapes.removeVertex(this.shape, at))
    const left = shapes.ringAt(this.shape, at).length
    this.chosen = { ...at, vertex: Math.min(at.vertex, left - 1) }
  }

  removeRing(at: Pick<VertexAt, 'part' | 'ring'>): void {
    const left = this.shape && shapes.removeRing(this.shape, at)
    if (!left) return this.redraw()
    this.chosen = undefined
    this.reshape(left)
  }

  /** Moves the whole by degrees from where it was when the dragging began. */
  shift(by: Place, isDone: boolean): void {
    this.#dragged ??= this.shape
    if (!this.#dragged) return
    this.reshape(shapes.shift(this.#dragged, by), 'shift')
    if (!isDone) return
    this.#dragged = undefined
    this.#settle()
  }

  toggleMoving(): void {
    this.isMovingWhole = !this.isMovingWhole
    this.chosen = undefined
  }

  /** Moves the chosen vertex, or the whole, by pixels of the map. True when there was something to move. */
  nudge(right: number, down: number): boolean {
    const at = this.chosen
    const place = this.shape && at && shapes.placeAt(this.shape, at)
    if (this.shape && at && place && this.canvas) {
      const [east, north] = this.canvas.degrees(place, right, down)
      this.moveVertex(at, [place[0] + east, place[1] + north], false)
      return true
    }
    const first = this.shape?.parts[0]?.[0]?.[0]
    if (!this.isMovingWhole || !this.shape || !first || !this.canvas) return false
    this.reshape(shapes.shift(this.shape, this.canvas.degrees(first, right, down)), 'nudge')
    return true
  }

  /** The vertex before or after the chosen one, across rings and parts. */
  chooseNext(by: 1 | -1): void {
    if (!this.shape) return
    const all = [...shapes.vertices(this.shape)].map(({ at }) => at)
    const now = all.findIndex((at) => JSON.stringify(at) === JSON.stringify(this.chosen))
    this.choose(all.at(now < 0 ? (by > 0 ? 0 : -1) : (now + by) % all.length))
  }

  takeOffered(): void {
    if (this.offered) this.reshape(this.offered)
  }

  // Fields

  setField(name: string, text: string): void {
    const { [name]: _, ...others } = this.refused
    this.refused = others
    this.#step({ fields: { ...this.content?.fields, [name]: text } }, `field ${name}`)
  }

  // Steps

  get canUndo(): boolean {
    return (this.draft?.steps.past.length ?? 0) > 0
  }

  get canRedo(): boolean {
    return (this.draft?.steps.future.length ?? 0) > 0
  }

  /** Takes a step of the draft back; without one, what was saved last. */
  undo(): void {
    if (this.draft && this.canUndo) this.#goTo(back(this.draft.steps))
    else if (!this.isDirty) void this.takeBackSaved(edits.undo, 'editUndone')
    else this.say('editNothingToUndo')
  }

  redo(): void {
    if (this.draft && this.canRedo) this.#goTo(forward(this.draft.steps))
    else if (!this.isDirty) void this.takeBackSaved(edits.redo, 'editRedone')
    else this.say('editNothingToRedo')
  }

  #goTo(steps: Draft['steps']): void {
    if (!this.draft) return
    this.chosen = this.offered = this.refusedAt = undefined
    this.draft = { ...this.draft, steps }
    this.#keep()
  }

  #step(change: Partial<Content>, about = ''): void {
    if (!this.draft) return
    const { steps } = this.draft
    this.draft = { ...this.draft, steps: step(steps, { ...steps.now, ...change }, about) }
    this.said = undefined
    this.#keep()
  }

  #settle(): void {
    if (this.draft) this.draft = { ...this.draft, steps: settle(this.draft.steps) }
  }

  say(key: Key, values?: Record<string, string | number>): void {
    this.said = { key, ...(values ? { values } : {}) }
  }

  // Keeping

  #keep(): void {
    clearTimeout(this.#keeping)
    this.#keeping = setTimeout(() => this.keepNow(), KEEP_MS)
  }

  keepNow(): void {
    clearTimeout(this.#keeping)
    const isKept = keepDraft(localStorage, this.#tab, this.isDirty ? this.draft : undefined)
    this.isUnkept = this.isDirty && !isKept
  }

  setActor(name: string): void {
    this.#typed = name.trim()
    setActor(this.#typed)
    if (this.#typed) keepActor(localStorage, this.#typed)
  }

  // Saving

  /** Whether everything that was drawn and typed can be saved. */
  get isSound(): boolean {
    return Object.keys(this.faults).length === 0 && this.shape !== undefined && !this.sketch
  }

  async save(): Promise<void> {
    const { draft, layer } = this
    if (!draft || !layer || this.isSaving) return
    this.isTried = true
    if (!this.isSound) {
      this.say(this.sketch ? 'editFinishFirst' : this.shape ? 'editFaultsFirst' : 'editNoShape')
      if (!this.sketch) this.toForm = true
      return
    }
    if (this.theirs) {
      this.isResolving = this.theirs.feature !== undefined
      return
    }
    if (this.changed.length === 0) return this.say('editNothingToSave')
    const what = this.nameOf(draft)
    const names = this.changed.map((name) => this.titleOf(name)).join(app.language === 'zh' ? '、' : ', ')
    const message = app.t(draft.base ? 'editMessageUpdate' : 'editMessageCreate', { what, names })
    if (await this.commit([changeOf(layer, draft)], message)) this.done('editSaved', { what })
  }

  async remove(): Promise<void> {
    const { draft, layer } = this
    if (!draft?.base || !layer) return
    const what = this.nameOf(draft)
    const done = await this.commit([removalOf(layer, draft.base)], app.t('editMessageDelete', { what }))
    if (done) this.done('editDeleted', { what })
  }

  /** Asks for the person's name where it is not known. False when he does not give it. */
  async named(): Promise<boolean> {
    if (!this.actor) await new Promise<void>((resolve) => (this.unnamed = resolve))
    return this.actor !== ''
  }

  /** Writes changes in one transaction under the person's name. Nothing when it was refused, which is then told. */
  async commit(changes: Change[], message: string): Promise<EditDone | undefined> {
    if (!(await this.named()) || this.isSaving) return undefined
    this.isSaving = true
    this.failure = undefined
    this.refused = {}
    try {
      return await edits.write(changes, message)
    } catch (error) {
      this.#refuse(error)
      return undefined
    } finally {
      this.isSaving = false
    }
  }

  /** Closes what was saved and says so; what waited for that goes on. */
  done(key: Key, values: Record<string, string | number>): void {
    const { draft, waiting } = this
    if (draft) this.last = { layer: draft.layer, kind: draft.kind }
    this.#open(undefined)
    this.keepNow()
    this.waiting = undefined
    this.said = { key, values, isDone: true }
    waiting?.()
  }

  #refuse(error: unknown): void {
    this.waiting = undefined
    const [conflict] = conflictsOf(error).filter(({ id }) => id === this.draft?.base?.id)
    if (conflict) {
      this.#takeTheirs({ feature: conflict.current ?? undefined, steps: conflict.changed_since })
      this.isResolving = this.theirs?.feature !== undefined
      return
    }
    const { at, mended } = mendingOf(error)
    this.refusedAt = at
    this.offered = mended && shapes.fromGeometry(mended)
    const told = error instanceof ApiError ? error.errors : []
    const placed = told.map(({ pointer, detail }) => [placeOfFault(pointer), detail] as const)
    this.refused = Object.fromEntries(placed.filter((one): one is readonly [string, string] => one[0] !== undefined))
    this.failure = error
  }

  /** Throws the draft away, and goes on with what waited for that. */
  discard(): void {
    const { waiting } = this
    this.#open(undefined)
    this.keepNow()
    this.waiting = undefined
    waiting?.()
  }

  // Others

  /** Looks whether somebody changed the open feature since it was seen. */
  async lookForOthers(): Promise<void> {
    const base = this.draft?.base
    const layer = this.draft?.layer
    if (!base || !layer || this.isSaving) return
    let feature: Feature | undefined
    try {
      feature = await api.feature(layer, base.id)
    } catch (error) {
      // Without an answer nothing is known; saving finds out at the latest.
      if (!(error instanceof ApiError) || error.kind !== 'unknown-feature') return
    }
    if (feature?.version === base.version || this.draft?.base !== base || this.isSaving) return
    if (this.theirs && this.theirs.feature?.version === feature?.version) return
    const steps = await edits.history(layer, base.id, STEPS_TOLD).catch((): Step[] => [])
    if (this.draft?.base !== base) return
    this.#takeTheirs({ feature, steps: steps.filter(({ version }) => version >= (base.version ?? 0)) })
  }

  /** What nobody here has changed follows at once; the rest is told. */
  #takeTheirs(theirs: Theirs): void {
    if (!this.draft || !this.layer) return
    if (!this.isDirty) {
      const who = theirs.steps[0]?.actor ?? app.t('editSomebody')
      if (theirs.feature) this.#open(draftOf(this.layer, theirs.feature))
      else this.#open(undefined)
      this.say(theirs.feature ? 'editFollowed' : 'editGoneByOther', { who })
      return
    }
    this.theirs = theirs
    this.choices = settled(this.differences)
  }

  onTouched(layers: Touched[] | undefined): void {
    if (!layers || layers.some(({ layer }) => layer === this.draft?.layer)) void this.lookForOthers()
  }

  choosesSide(name: string, side: Side): void {
    this.choices = { ...this.choices, [name]: side }
  }

  get isResolved(): boolean {
    return this.differences.every(({ name }) => this.choices[name] !== undefined)
  }

  /** Goes on from the colleague's version with what was chosen. */
  resolve(): void {
    const { draft, layer, theirs } = this
    if (!draft || !layer || !theirs?.feature || !this.isResolved) return
    this.draft = rebase(layer, draft, theirs.feature, this.choices)
    this.theirs = undefined
    this.choices = {}
    this.isResolving = false
    this.chosen = undefined
    this.#keep()
  }

  async resolveAndSave(): Promise<void> {
    this.resolve()
    if (!this.theirs) await this.save()
  }

  /** Makes what was deleted meanwhile a new feature. */
  createAnew(): void {
    if (!this.draft) return
    const { base: _, ...draft } = this.draft
    this.draft = { ...draft, steps: begin(draft.steps.now) }
    this.theirs = undefined
    this.#keep()
  }

  // What was saved

  async takeBackSaved(act: () => Promise<EditDone>, key: Key): Promise<void> {
    if (!this.actor) return this.say(key === 'editUndone' ? 'editNothingToUndo' : 'editNothingToRedo')
    this.failure = this.said = undefined
    try {
      const done = await act()
      this.said = { key, values: { what: await this.#whatWas(done) }, isDone: true }
    } catch (error) {
      this.failure = error
    }
  }

  /** What an undo or a redo was about, as its author called it. */
  async #whatWas({ edit_id, features }: EditDone): Promise<string> {
    let number = edit_id ?? undefined
    for (let tries = 0; number !== undefined && tries < 4; tries += 1) {
      const [entry] = await edits.list({ before: number + 1, limit: 1 }).catch(() => [])
      if (entry?.edit_id !== number) break
      if (entry.message) return entry.message
      number = entry.undoes ?? undefined
    }
    return [...new Set(features.map(({ layer }) => app.title(layer)))].join(app.language === 'zh' ? '、' : ', ')
  }

  // Words

  titleOf(name: string): string {
    const field = this.layer?.fields.find((field) => field.name === name)
    return field ? app.titleOf(field) : app.t('editShape')
  }

  /** What a person calls the feature of a draft. */
  nameOf({ layer, base, steps }: Draft): string {
    const described = app.layer(layer)
    const label = described?.label_field ? steps.now.fields[described.label_field]?.trim() : ''
    const title = described?.title[app.language] ?? layer
    if (label) return app.t('editNamed', { layer: title, name: label })
    return base ? `${title} ${base.id}` : title
  }
}

export const editing = new Editing()
