import { api, nextCursor, type Feature } from '../../api/client'
import { conflictsOf } from '../../api/edits'
import { mergeProperties, type Properties } from '../../geometry/heirs'
import { mergeAreas } from '../../geometry/merge_areas'
import { mergeLines } from '../../geometry/merge_lines'
import { areaGeometry, areasOf, lineGeometry, linesOf } from '../../geometry/parts'
import type { Hit } from '../../map/city_map'
import { boundsOf } from '../../map/bounds'
import { fromGeometry, toGeometry, type Shape } from '../../map/editing/shape'
import { ringSize } from '../../map/measure'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { readField, textOf } from './checks'
import { changeOf, removalOf } from './draft'
import { editing } from './editing.svelte'
import { begin } from './steps'

/** How far around the feature neighbours are offered: about 30 m. */
const AROUND_DEG = 3e-4
const MOST_OFFERED = 40

interface Merged {
  shape: Shape
  /** Groups that do not hang together; one when it is a single piece. */
  groups: number
  meetsAtPoints: number
  gaps: number
  gapsM2: number
  /** Share of the merged area that was covered twice. */
  overlap: number
  forks: number
}

/** The open feature and others of its layer, before they become one. */
class Merging {
  others = $state.raw<Feature[]>([])
  neighbours = $state.raw<Feature[]>([])
  /** More lies around than is listed. */
  isCut = $state(false)
  isLoading = $state(false)
  failure = $state.raw<unknown>()
  /** For each field that differs: which of its values was chosen. */
  answers = $state.raw<Record<string, number>>({})
  #turn = 0

  readonly merged: Merged | undefined = $derived.by(() => this.#merge())
  readonly proposal = $derived(
    editing.layer && this.others.length > 0
      ? mergeProperties(editing.layer.fields, [own(), ...this.others.map(({ properties }) => properties)])
      : undefined,
  )
  readonly open = $derived((this.proposal?.asks ?? []).filter(({ field }) => this.answers[field] === undefined))
  /** Identifiers that go with the features that are merged into this one. */
  readonly dropped = $derived(
    (editing.layer?.fields ?? [])
      .filter(({ role }) => role === 'identifier')
      .flatMap(({ name }) => this.others.map(({ properties }) => properties[name]))
      .filter((code): code is string => typeof code === 'string' && code !== ''),
  )

  begin(): void {
    this.others = []
    this.answers = {}
    this.failure = undefined
    editing.openTool('merge')
    void this.#offer()
  }

  /** Takes a feature in, or puts it back. */
  toggle(feature: Feature): void {
    const isIn = this.others.some(({ id }) => id === feature.id)
    this.others = isIn ? this.others.filter(({ id }) => id !== feature.id) : [...this.others, feature]
    this.answers = {}
    editing.pieces = this.merged ? [this.merged.shape] : []
    app.map?.reveal(boundsOf(feature.geometry), paddingOf(app))
  }

  /** A click on the map: a feature of the same layer. */
  async pick(hits: Hit[]): Promise<void> {
    const { draft } = editing
    const hit = hits.find(({ layer, id }) => layer === draft?.layer && id !== draft.base?.id)
    if (!draft) return
    if (!hit) return editing.say('mergeOtherLayer', { layer: app.title(draft.layer) })
    const known = [...this.others, ...this.neighbours].find(({ id }) => id === hit.id)
    if (known) return this.toggle(known)
    const turn = this.#turn
    try {
      const feature = await api.feature(hit.layer, hit.id)
      if (turn !== this.#turn) return
      this.neighbours = [...this.neighbours, feature]
      this.toggle(feature)
    } catch (error) {
      this.failure = error
    }
  }

  answer(field: string, option: number): void {
    this.answers = { ...this.answers, [field]: option }
  }

  /** Takes every value that differs from one of the features. */
  takeAllFrom(feature: number): void {
    const asks = this.proposal?.asks ?? []
    this.answers = Object.fromEntries(asks.map(({ field, options }) => [field, options.findIndex(({ features }) => features.includes(feature))]))
  }

  /** What a feature is called: the open one first. */
  nameOf(n: number): string {
    const { draft, layer } = editing
    if (n === 0) return draft ? editing.nameOf(draft) : ''
    const feature = this.others[n - 1]
    return feature ? labelOf(feature, layer?.label_field) : ''
  }

  async save(): Promise<void> {
    const { draft, layer } = editing
    const { merged, proposal } = this
    if (!draft?.base || !layer || !merged || !proposal || this.open.length > 0) return
    const chosen = proposal.asks.map(({ field, options }) => [field, options[this.answers[field] ?? 0]?.value ?? null] as const)
    const properties: Properties = { ...proposal.properties, ...Object.fromEntries(chosen) }
    const fields = Object.fromEntries(layer.fields.map(({ name }) => [name, textOf(properties[name])]))
    const update = changeOf(layer, { ...draft, steps: begin({ shape: merged.shape, fields }) })
    const what = editing.nameOf(draft)
    const n = this.others.length + 1
    const done = await editing.commit([update, ...this.others.map((other) => removalOf(layer, other))], app.t('mergeMessage', { what, n }))
    if (done) return editing.done('mergeSaved', { what, n })
    await this.#readAgain()
  }

  /** Who was changed meanwhile is shown as he is now, and asked for again. */
  async #readAgain(): Promise<void> {
    const stale = conflictsOf(editing.failure).map(({ id }) => id)
    if (stale.length === 0 || !editing.draft) return
    this.others = this.others.filter(({ id }) => !stale.includes(id))
    this.answers = {}
    editing.pieces = this.merged ? [this.merged.shape] : []
    await this.#offer()
  }

  /** What lies around the open feature. */
  async #offer(): Promise<void> {
    const { draft, shape } = editing
    if (!draft || !shape) return
    const turn = ++this.#turn
    const [west = 0, south = 0, east = 0, north = 0] = boundsOf(toGeometry(shape))
    const box = [west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG]
    this.isLoading = true
    try {
      const found: Feature[] = []
      let cursor: number | undefined
      do {
        const page = await api.features(draft.layer, box, 100, cursor, new AbortController().signal)
        if (turn !== this.#turn) return
        found.push(...page.features.filter(({ id }) => id !== draft.base?.id))
        cursor = nextCursor(page)
      } while (cursor !== undefined && found.length < MOST_OFFERED)
      this.neighbours = found.slice(0, MOST_OFFERED)
      this.isCut = cursor !== undefined || found.length > MOST_OFFERED
    } catch (error) {
      if (turn === this.#turn) this.failure = error
    }
    this.isLoading = false
  }

  #merge(): Merged | undefined {
    const { shape } = editing
    if (!shape || this.others.length === 0) return undefined
    const geometries = [toGeometry(shape), ...this.others.map(({ geometry }) => geometry)]
    if (shape.kind === 'line') {
      const { lines, forks } = mergeLines(geometries.flatMap(linesOf))
      return { shape: fromGeometry(lineGeometry(lines)), groups: lines.length, meetsAtPoints: 0, gaps: 0, gapsM2: 0, overlap: 0, forks: forks.length }
    }
    const { areas, groups, meetAtPoints, gaps, overlap } = mergeAreas(geometries.map(areasOf))
    const gapsM2 = gaps.reduce((sum, ring) => sum + ringSize(ring.map(([x, y]) => [x, y])).areaM2, 0)
    return {
      shape: fromGeometry(areaGeometry(areas)),
      groups: groups.length,
      meetsAtPoints: meetAtPoints.length,
      gaps: gaps.length,
      gapsM2,
      overlap,
      forks: 0,
    }
  }
}

/** The open feature's properties as they are typed. */
function own(): Properties {
  const { layer, content } = editing
  return Object.fromEntries(
    (layer?.fields ?? []).map((field) => [field.name, readField(field, content?.fields[field.name] ?? '').value ?? null]),
  )
}

export function labelOf(feature: Feature, field: string | null | undefined): string {
  const label = field ? feature.properties[field] : undefined
  return label ? String(label) : String(feature.id)
}

export const merging = new Merging()
