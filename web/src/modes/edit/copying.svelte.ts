import { api, nextCursor, type Feature, type Layer } from '../../api/client'
import type { Change } from '../../api/edits'
import { convert } from '../../geometry/convert'
import type { Hit } from '../../map/city_map'
import { fromGeometry, type Shape } from '../../map/editing/shape'
import { boundsOf } from '../../map/bounds'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { copyFields, guessCopy, type CopyMapping, type Copied, type From } from './copy_mapping'
import { changeOf } from './draft'
import { editing } from './editing.svelte'
import { begin } from './steps'

/** Features that are copied at once at most. */
export const MOST_COPIED = 200

interface Copy extends Copied {
  feature: Feature
  /** Absent: the other layer takes no such shape. */
  shape: Shape | undefined
}

/** Features of one layer that become features of another. */
class Copying {
  target = $state('')
  source = $state('')
  chosen = $state.raw<Feature[]>([])
  inView = $state.raw<Feature[]>([])
  /** How many features of the source are in view in all. */
  matched = $state(0)
  mapping = $state.raw<CopyMapping>({})
  isLoading = $state(false)
  failure = $state.raw<unknown>()
  #turn = 0

  readonly to: Layer | undefined = $derived(app.layer(this.target))
  readonly from: Layer | undefined = $derived(app.layer(this.source))
  readonly copies: Copy[] = $derived.by(() => {
    const { to, from } = this
    if (!to || !from) return []
    return this.chosen.map((feature) => {
      const geometry = convert(feature.geometry, to.geometry)
      return { ...copyFields(to.fields, from.fields, feature, this.mapping), feature, shape: geometry && fromGeometry(geometry) }
    })
  })
  readonly misshapen = $derived(this.copies.filter(({ shape }) => !shape).length)
  readonly faulty = $derived([...new Set(this.copies.flatMap(({ faults }) => Object.keys(faults)))])
  readonly isSound = $derived(this.copies.length > 0 && this.misshapen === 0 && this.faulty.length === 0)

  begin(): void {
    this.target = this.source = ''
    this.chosen = this.inView = []
    this.failure = undefined
    editing.openTool('copy')
  }

  setTarget(layer: string): void {
    this.target = layer
    if (this.source === layer) this.source = ''
    this.#guess()
  }

  setSource(layer: string): void {
    this.source = layer
    this.chosen = []
    this.#guess()
    void this.look()
  }

  map(field: string, from: From | undefined): void {
    this.mapping = { ...this.mapping, [field]: from }
  }

  toggle(feature: Feature): void {
    const isIn = this.chosen.some(({ id }) => id === feature.id)
    if (!isIn && this.chosen.length >= MOST_COPIED) return editing.say('copyTooMany', { most: MOST_COPIED })
    this.chosen = isIn ? this.chosen.filter(({ id }) => id !== feature.id) : [...this.chosen, feature]
    this.#show()
    app.map?.reveal(boundsOf(feature.geometry), paddingOf(app))
  }

  async pick(hits: Hit[]): Promise<void> {
    const hit = hits.find(({ layer }) => layer === this.source)
    if (!hit) return editing.say(this.from ? 'copyNotHere' : 'copySourceFirst', { layer: this.from?.title[app.language] ?? '' })
    const known = [...this.chosen, ...this.inView].find(({ id }) => id === hit.id)
    if (known) return this.toggle(known)
    try {
      const feature = await api.feature(hit.layer, hit.id)
      if (hit.layer === this.source) this.toggle(feature)
    } catch (error) {
      this.failure = error
    }
  }

  /** Reads what of the source is in view, to be chosen without a mouse. */
  async look(): Promise<void> {
    const turn = ++this.#turn
    const [bounds, layer] = [app.map?.bounds(), this.source]
    if (!bounds || !layer) return
    this.isLoading = true
    this.failure = undefined
    try {
      const found: Feature[] = []
      let cursor: number | undefined
      do {
        const page = await api.features(layer, bounds, MOST_COPIED, cursor, new AbortController().signal)
        if (turn !== this.#turn) return
        this.matched = page.numberMatched
        found.push(...page.features)
        cursor = nextCursor(page)
      } while (cursor !== undefined && found.length < MOST_COPIED)
      this.inView = found.slice(0, MOST_COPIED)
    } catch (error) {
      if (turn === this.#turn) this.failure = error
    }
    this.isLoading = false
  }

  chooseAll(): void {
    this.chosen = this.inView
    this.#show()
  }

  chooseNone(): void {
    this.chosen = []
    this.#show()
  }

  async save(): Promise<void> {
    const { to, from, copies } = this
    if (!to || !from || !this.isSound) return
    const changes = copies.map(({ shape, fields }): Change => changeOf(to, { layer: to.id, kind: shape!.kind, steps: begin({ shape, fields }) }))
    const values = { n: changes.length, source: from.title[app.language], target: to.title[app.language] }
    if (!(await editing.commit(changes, app.t('copyMessage', values)))) return
    app.visible.add(to.id)
    editing.closeTool()
    editing.say('copySaved', values)
  }

  #guess(): void {
    this.mapping = this.from && this.to ? guessCopy(this.from.fields, this.to.fields) : {}
    this.#show()
  }

  #show(): void {
    editing.pieces = this.copies.flatMap(({ shape }) => shape ?? [])
  }
}

export const copying = new Copying()
