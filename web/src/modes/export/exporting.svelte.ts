import { zip } from 'fflate'
import { SvelteSet } from 'svelte/reactivity'
import { download, tryExport, type Download, type Order, type Trial } from '../../api/exports'
import { app } from '../../state/app.svelte'
import { filterText, type Condition } from './conditions'
import { FORMATS } from './formats'
import { save } from '../../ui/save'

export type Extent = 'all' | 'view' | 'area'
export type Area = GeoJSON.Polygon | GeoJSON.MultiPolygon

/** What a layer's trial said. */
export interface Tried {
  layer: string
  trial?: Trial
  failure?: unknown
}

/** An export as it is put together. It is kept, and goes on, while its panel is closed. */
export class Exporting {
  readonly layers = new SvelteSet<string>(['community'])
  extent = $state<Extent>('all')
  area = $state.raw<{ geometry: Area; name: string }>()
  /** Simple conditions, or CQL2 as somebody typed it. */
  isText = $state(false)
  conditions = $state<Condition[]>([])
  isAny = $state(false)
  text = $state('')
  /** Fields that are left out. */
  readonly left = new SvelteSet<string>()
  format = $state('gpkg')
  crs = $state('EPSG:4490')
  encoding = $state('utf-8')
  hasShapes = $state(true)

  tried = $state.raw<Tried[]>([])
  isTrying = $state(false)
  /** The file under way: its layer and how much of it has come. */
  underWay = $state.raw<{ layer: string; received: number; total: number }>()
  failure = $state.raw<{ layer: string; error: unknown }>()
  /** The name of the file that was saved last. */
  saved = $state('')

  #trial: AbortController | undefined
  #run: AbortController | undefined

  readonly how = $derived(FORMATS.find(({ id }) => id === this.format) ?? FORMATS[0]!)
  readonly chosen = $derived(app.layers.filter(({ id }) => this.layers.has(id)))
  /** Conditions and fields are those of one layer. */
  readonly single = $derived(this.chosen.length === 1 ? this.chosen[0] : undefined)
  /** The condition in CQL2: empty when there is none, nothing while one is incomplete. */
  readonly filter = $derived.by(() => {
    if (!this.single) return ''
    return this.isText ? this.text.trim() : filterText(this.conditions, this.single.fields, this.isAny)
  })
  readonly orders = $derived.by(() => this.#orders())
  readonly matched = $derived(this.tried.reduce((sum, { trial }) => sum + (trial?.matched ?? 0), 0))
  readonly isReady = $derived(
    !this.isTrying && this.tried.length > 0 && this.tried.every(({ trial }) => trial !== undefined) && this.matched > 0,
  )

  /** What is to be asked of each layer; nothing while something is missing. */
  #orders(): [string, Order][] | undefined {
    if (this.chosen.length === 0 || this.filter === undefined) return undefined
    if (this.extent === 'area' && !this.area) return undefined
    void app.view
    const order: Order = {
      format: this.format,
      crs: this.how.isDegreesOnly ? 'EPSG:4490' : this.crs,
      ...(this.how.hasEncoding ? { encoding: this.encoding } : {}),
      ...(this.how.isTable && !this.hasShapes ? { shapes: false } : {}),
      ...(this.filter ? { filter: this.filter } : {}),
      ...(this.extent === 'view' && app.map ? { bbox: app.map.bounds().join(',') } : {}),
      ...(this.extent === 'area' && this.area ? { area: this.area.geometry } : {}),
    }
    return this.chosen.map(({ id, fields }) => {
      const kept = fields.map(({ name }) => name).filter((name) => !this.left.has(name))
      const isCut = this.single !== undefined && kept.length < fields.length && !this.how.isDrawing
      return [id, isCut ? { ...order, properties: kept.join(',') } : order]
    })
  }

  /** Exports this: what the table lists, an area, a feature. */
  begin(layer: string, what: { extent?: Extent; area?: Area; name?: string; id?: number }): void {
    this.layers.clear()
    this.layers.add(layer)
    this.forgetConditions()
    this.extent = what.area ? 'area' : (what.extent ?? 'all')
    if (what.area) this.area = { geometry: what.area, name: what.name ?? '' }
    if (what.id !== undefined) [this.isText, this.text] = [true, `id = ${what.id}`]
  }

  /** Conditions and fields of one layer mean nothing to another. */
  forgetConditions(): void {
    this.conditions = []
    this.isText = false
    this.text = ''
    this.left.clear()
  }

  /** Asks what would be in the file. */
  async try(): Promise<void> {
    this.#trial?.abort()
    this.failure = undefined
    this.saved = ''
    const orders = this.orders
    if (!orders) {
      this.tried = []
      this.isTrying = false
      return
    }
    const { signal } = (this.#trial = new AbortController())
    this.isTrying = true
    const tried = await Promise.all(
      orders.map(async ([layer, order]): Promise<Tried> => {
        try {
          return { layer, trial: await tryExport(layer, order, signal) }
        } catch (failure) {
          return { layer, failure }
        }
      }),
    )
    if (signal.aborted) return
    this.tried = tried
    this.isTrying = false
  }

  /** Fetches what is ordered and hands it to the browser: a file, or a zip of one file a layer. */
  async start(): Promise<void> {
    const orders = this.orders
    if (!orders || this.underWay) return
    const { signal } = (this.#run = new AbortController())
    this.failure = undefined
    this.saved = ''
    let under = ''
    try {
      const files: Download[] = []
      for (const [layer, order] of orders) {
        under = layer
        this.underWay = { layer, received: 0, total: 0 }
        const tell = (received: number, total: number) => (this.underWay = { layer, received, total })
        files.push(await download(layer, order, tell, signal))
      }
      const file = files.length === 1 ? files[0]! : await packed(files, app.t('exportZipName'))
      if (signal.aborted) return
      save(file.name, file.bytes)
      this.saved = file.name
    } catch (error) {
      if (!signal.aborted) this.failure = { layer: under, error }
    } finally {
      this.underWay = undefined
    }
  }

  cancel(): void {
    this.#run?.abort()
  }
}

export const exporting = new Exporting()

function packed(files: Download[], name: string): Promise<Download> {
  const contents = Object.fromEntries(files.map((file) => [file.name, file.bytes]))
  return new Promise((resolve, reject) => {
    zip(contents, { level: 6 }, (error, bytes) => (error ? reject(error) : resolve({ name, bytes })))
  })
}
