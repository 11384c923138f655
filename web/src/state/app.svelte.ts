import { SvelteSet } from 'svelte/reactivity'
import { session, type Session } from '../api/session'
import { api, ApiError, setViewer, type City, type Feature, type Field, type Layer, type Readiness } from '../api/client'
import { isKey, translate, type Key, type Language } from '../i18n'
import { formatMoney, formatNumber, formatUnit } from '../i18n/format'
import type { CityMap, Hit, View } from '../map/city_map'
import { SHOWN_AT_FIRST } from '../map/stack'
import { MOST_NAMED, NAMED_ONCE, readPlaceNames, type PlaceName } from '../map/place_names'
import type { Touched } from '../map/touched'
import { readLink, writeLink } from './link'
import { isPhone } from './phone'

export type Panel = 'layers' | 'statistics' | 'measure' | 'import' | 'export' | 'edit' | 'history' | 'print' | 'coverage' | 'precincts' | 'trenches'

/** Fields that hold the code of a feature of another layer, and what they are called when its name is shown. */
const REFERENCES: Record<string, { layer: string; title: Key }> = {
  responsible_body: { layer: 'responsible_body', title: 'fieldResponsibleBody' },
  subdistrict_code: { layer: 'subdistrict', title: 'fieldSubdistrict' },
}

/** What the interface shows. The map itself is told of changes; it is never read back for state. */
export class App {
  language = $state<Language>('zh')
  isPublic = $state(false)
  city = $state.raw<City>()
  layers = $state.raw<Layer[]>([])
  names = $state.raw<PlaceName[]>([])
  failure = $state.raw<unknown>()
  readiness = $state.raw<Readiness>()
  isOffline = $state(false)
  isLoading = $state(false)
  readonly visible = new SvelteSet<string>(SHOWN_AT_FIRST)
  view = $state.raw<View>()
  hits = $state.raw<Hit[]>([])
  selected = $state.raw<{ layer: string; id: number }>()
  feature = $state.raw<Feature>()
  featureFailure = $state.raw<unknown>()
  panel = $state<Panel | undefined>(isPhone() ? undefined : 'layers')
  /** What was open when this panel was opened. */
  panelBefore: Panel | undefined
  isTableOpen = $state(false)
  /** Something of a panel lies across the lower part of the map, as the table does. */
  hasDrawer = $state(false)
  isHelpOpen = $state(false)
  isLogInOpen = $state(false)
  /** Who asks; nothing until the server has said so. */
  session = $state.raw<Session>()
  /** May do what planners of the city do; the public's view offers none of it. */
  readonly mayPlan = $derived(!this.isPublic && (this.session?.may_plan ?? false))
  /** May change something. */
  readonly mayWrite = $derived(!this.isPublic && (this.session?.writes.length ?? 0) > 0)
  /** May see what was changed and take it back: planners everybody's, who writes its own with an account that. */
  readonly mayLookBack = $derived(this.mayPlan || (this.mayWrite && this.session?.name != null))
  map = $state.raw<CityMap>()

  /** Who takes a click on the map before anything is chosen by it; true: it was taken. */
  picker: ((place: [number, number], hits: Hit[]) => boolean) | undefined

  /** Who wants to know what a new revision touched; without layers it may be anything. */
  readonly watchers = new Set<(layers: Touched[] | undefined) => void>()

  /** Layers chosen by hand travel in links; the first choice does not. */
  #choseLayers = false
  #ticket = 0

  readonly t = (key: Key, values?: Record<string, string | number>) => translate(this.language, key, values)
  readonly title = (layer: string) => this.layer(layer)?.title[this.language] ?? layer

  layer(id: string): Layer | undefined {
    return this.layers.find((layer) => layer.id === id)
  }

  async load(): Promise<void> {
    this.failure = undefined
    this.takeLink()
    try {
      ;[this.city, this.layers, this.session] = await Promise.all([api.city(), api.layers(), session()])
    } catch (error) {
      this.failure = error
      return
    }
    this.#closeWhatIsNotOffered()
    await this.#loadNames()
  }

  /** Layers, counts and the selected feature anew, after a change of the data or of the viewer. */
  async reload(): Promise<void> {
    ;[this.city, this.layers, this.session] = await Promise.all([api.city(), api.layers(), session()])
    this.#closeWhatIsNotOffered()
    await Promise.all([this.#loadNames(), this.#readSelected()])
  }

  /** A link or another viewer may have left a panel open that is not for who asks now. */
  #closeWhatIsNotOffered(): void {
    const looksBack = this.panel === 'history'
    const needsWriter = this.panel === 'import' || this.panel === 'edit'
    if ((looksBack && !this.mayLookBack) || (needsWriter && !this.mayWrite)) this.panel = undefined
  }

  /** May change features of a layer, as far as they are one's own. */
  mayWriteTo(layer: string): boolean {
    return this.mayWrite && (this.session?.writes.includes(layer) ?? false)
  }

  /** Names are an addition: a map without them is still a map, and the next change asks again. */
  async #loadNames(): Promise<void> {
    const layers = NAMED_ONCE.filter((id) => {
      const count = this.layer(id)?.count ?? 0
      return count > 0 && count <= MOST_NAMED
    })
    const isPublic = this.isPublic
    try {
      const names = await Promise.all(
        layers.map((id) => {
          const known = this.layer(id)?.fields.map((field) => field.name) ?? []
          return readPlaceNames(id, ['name', 'code', 'households'].filter((field) => known.includes(field)).join())
        }),
      )
      if (isPublic === this.isPublic) this.names = names.flat()
    } catch (error) {
      console.warn('the names of areas could not be read', error)
    }
  }

  takeLink(): void {
    const link = readLink(location.hash)
    this.language = link.language ?? 'zh'
    this.isPublic = link.isPublic ?? false
    if (link.mode === 'edit' && !this.isPublic) this.panel = 'edit'
    setViewer(this.isPublic ? 'public' : undefined)
    this.view = link.view ?? this.view
    this.#choseLayers = link.layers !== undefined
    const shown = new Set(link.layers ?? SHOWN_AT_FIRST)
    for (const id of this.visible) if (!shown.has(id)) this.visible.delete(id)
    for (const id of shown) this.visible.add(id)
    void this.select(link.selected, false)
  }

  /** Writes the address. What somebody chose can be gone back from; a moved map cannot. */
  writeLink(how: 'push' | 'replace'): void {
    const hash = writeLink({
      ...(this.view ? { view: this.view } : {}),
      ...(this.#choseLayers ? { layers: [...this.visible] } : {}),
      ...(this.selected ? { selected: this.selected } : {}),
      language: this.language,
      mode: this.panel === 'edit' ? 'edit' : 'browse',
      isPublic: this.isPublic,
    })
    if (hash === location.hash) return
    if (how === 'push') history.pushState(null, '', hash)
    else history.replaceState(null, '', hash)
  }

  toggleLayer(id: string): void {
    this.#choseLayers = true
    if (!this.visible.delete(id)) this.visible.add(id)
    this.writeLink('push')
  }

  setLanguage(language: Language): void {
    this.language = language
    this.writeLink('push')
  }

  async setPublic(isPublic: boolean): Promise<void> {
    this.isPublic = isPublic
    setViewer(isPublic ? 'public' : undefined)
    this.#closeWhatIsNotOffered()
    this.deselect()
    this.writeLink('push')
    await this.reload()
  }

  /** Fetches and shows a feature. */
  async select(target: { layer: string; id: number } | undefined, isStep = true): Promise<void> {
    this.selected = target
    this.feature = undefined
    this.featureFailure = undefined
    if (target && isStep && isPhone()) [this.panel, this.isTableOpen] = [undefined, false]
    if (isStep) this.writeLink('push')
    await this.#readSelected()
  }

  async #readSelected(): Promise<void> {
    const ticket = ++this.#ticket
    const target = this.selected
    if (!target) return
    try {
      const feature = await api.feature(target.layer, target.id)
      // Another was chosen while this one was on its way.
      if (ticket === this.#ticket) [this.feature, this.featureFailure] = [feature, undefined]
    } catch (error) {
      if (ticket === this.#ticket) [this.feature, this.featureFailure] = [undefined, error]
    }
  }

  deselect(): void {
    this.hits = []
    void this.select(undefined)
  }

  /** What the feature whose details are open is called. */
  labelOfSelected(): string {
    const layer = this.selected && this.layer(this.selected.layer)
    const label = layer?.label_field ? this.feature?.properties[layer.label_field] : undefined
    return String(label || (layer && this.selected ? `${layer.title[this.language]} ${this.selected.id}` : ''))
  }

  /** Opens or closes a panel. On a phone there is room for one thing above the map. */
  togglePanel(panel: Panel): void {
    this.panelBefore = this.panel
    this.panel = this.panel === panel ? undefined : panel
    if (this.panel && isPhone()) this.isTableOpen = false
    this.writeLink('replace')
  }

  /** Shows the panel of imports; who may not write has none. */
  openImport(): void {
    if (this.mayWrite && this.panel !== 'import') this.togglePanel('import')
  }

  /** Shows or hides what was changed. */
  toggleHistory(): void {
    if (this.mayLookBack) this.togglePanel('history')
  }

  /** Shows or hides the panel of editing; who may not write has none. */
  toggleEdit(): void {
    if (this.mayWrite) this.togglePanel('edit')
  }

  toggleTable(): void {
    this.isTableOpen = !this.isTableOpen
    if (this.isTableOpen && isPhone()) this.panel = undefined
  }

  /** Closes what is uppermost. */
  escape(): void {
    if (this.isHelpOpen) this.isHelpOpen = false
    else if (this.selected || this.hits.length > 0) this.deselect()
    else if (this.isTableOpen) this.isTableOpen = false
    else this.panel = undefined
  }

  /** A refusal in the user's words. */
  explain(error: unknown): string {
    if (!(error instanceof ApiError)) return String(error)
    if (error.kind === 'network') return this.t('problemNetwork')
    const key = `problem.${error.kind}`
    const text = isKey(key) ? this.t(key) : this.t('problemGeneric', { status: error.status })
    return error.requestId && error.status >= 500
      ? `${text} · ${this.t('problemRequestId', { id: error.requestId })}`
      : text
  }

  /** The name behind the code of a responsible body or a subdistrict, where it is known. */
  nameOf(field: Field, code: unknown): string | undefined {
    const layer = REFERENCES[field.name]?.layer
    return layer && this.names.find((place) => place.layer === layer && place.code === code)?.name
  }

  /** The codes that a field may hold, with their names, where they are known. */
  codesFor(field: Field): PlaceName[] {
    const layer = REFERENCES[field.name]?.layer
    return layer ? this.names.filter((place) => place.layer === layer && place.code !== undefined) : []
  }

  /** What a field is called: a column that shows names is not called a code. */
  titleOf(field: Field): string {
    const reference = REFERENCES[field.name]
    const isNamed = reference && this.names.some((place) => place.layer === reference.layer)
    return isNamed ? this.t(reference.title) : field.title[this.language]
  }

  /** A field's value as a person reads it, with its unit. */
  show(field: Field, value: string | number | boolean | null | undefined, hasUnit = true): string {
    if (value === null || value === undefined || value === '') return this.t('inspectUnknown')
    const unit = hasUnit ? formatUnit(this.language, field.unit) : ''
    const withUnit = (text: string) => (unit ? `${text} ${unit}` : text)
    switch (field.type) {
      case 'choice':
        return field.choices.find((choice) => choice.code === value)?.title[this.language] ?? String(value)
      case 'boolean':
        return this.t(value ? 'yes' : 'no')
      case 'integer':
        // A year is no quantity: 2003, not 2,003.
        return withUnit(field.unit === 'a' ? String(value) : formatNumber(this.language, Number(value)))
      case 'number':
        return withUnit(formatNumber(this.language, Number(value), 2))
      case 'money':
        return withUnit(formatMoney(this.language, String(value)))
      default:
        return this.nameOf(field, value) ?? withUnit(String(value))
    }
  }
}

export const app = new App()
