import { api } from '../../api/client'
import { paddingOf } from '../../ui/padding'
import { app } from '../../state/app.svelte'
import { CLICK_ORDER } from '../../map/stack'
import { legendEntries } from '../../map/legend'
import { layoutOf, type Orientation, type PaperSize } from '../../print/paper'
import { longestEdge, PictureError } from '../../print/picture'
import { pdfOf } from '../../print/pdf'
import { pngOf } from '../../print/png'
import { frameBounds, LEAST_SCALE, MOST_SCALE, scaleHolding, zoomOf } from '../../print/scale'
import { makeSheet, type Sheet } from '../../print/sheet'
import { SheetError } from '../../print/sheet_texts'
import { covering } from '../coverage/covering.svelte'
import { beneathCoverage, coverageCredit, coverageLegend } from '../coverage/on_paper'
import { shown as coverage } from '../coverage/shown.svelte'
import { save } from '../../ui/save'
import { sitingCredit, sitingLegend } from '../siting/on_paper'
import { siting } from '../siting/siting.svelte'
import { creditsOf } from './credits'
import type { Key } from '../../i18n'

export type FileKind = 'png' | 'pdf'
export const DPIS = [150, 200, 300]

const FAULTS: Record<string, Key> = {
  'legend-too-long': 'printLegendTooLong',
  'texts-too-long': 'printTextsTooLong',
  'too-large': 'printTooLarge',
  incomplete: 'printIncomplete',
  'too-slow': 'printTooSlow',
}

/** A map on paper as it is put together. It is kept while its panel is closed. */
export class Printing {
  title = $state('')
  by = $state('')
  paper = $state<PaperSize>('a4')
  orientation = $state<Orientation>('landscape')
  dpi = $state(200)
  scale = $state(10_000)
  credits = $state('')
  /** Somebody wrote the credits; they are no longer replaced. */
  isWritten = $state(false)

  stage = $state<'drawing' | 'composing'>()
  failure = $state.raw<unknown>()
  saved = $state.raw<{ name: string; sheet: Sheet }>()

  #run: AbortController | undefined
  #ticket = 0

  readonly layout = $derived(layoutOf(this.paper, this.orientation))
  readonly isScale = $derived(Number.isInteger(this.scale) && this.scale >= LEAST_SCALE && this.scale <= MOST_SCALE)
  /** The middle of the sheet: the middle of what is seen of the map. */
  readonly center = $derived.by((): [number, number] | undefined => {
    void app.view
    return app.map?.middle(paddingOf(app))
  })
  /** West, south, east, north of the frame. */
  readonly frame = $derived(
    this.center && this.isScale ? frameBounds(this.center, this.layout.map.w, this.layout.map.h, this.scale) : undefined,
  )
  /** Buildings wear the colours of coverage. */
  readonly isCovered = $derived(covering.isOnPaper && covering.isForViewer)
  /** They wear the answer to siting, and candidate sites are on the sheet. */
  readonly isSited = $derived(this.isCovered && siting.isOnPaper && siting.colouring !== undefined)
  readonly colouring = $derived(this.isSited ? siting.colouring : this.isCovered ? coverage.colouring : undefined)
  readonly marks = $derived(this.isCovered ? coverage.marks(this.isSited ? siting.sites : []) : undefined)
  /** Whether this computer can draw so many pixels. */
  readonly isDrawable = $derived((Math.max(this.layout.map.w, this.layout.map.h) / 25.4) * this.dpi + 8 <= longestEdge())

  /** The finest usual scale at which the sheet holds what is seen. */
  fitView(): void {
    const map = app.map
    if (!map) return
    const padding = paddingOf(app)
    const { clientWidth, clientHeight } = map.map.getContainer()
    const span = { w: clientWidth - padding.left - padding.right, h: clientHeight - padding.top - padding.bottom }
    const center = map.middle(padding)
    this.scale = scaleHolding(center[1], span, map.view().zoom, this.layout.map)
  }

  /** Reads anew where what is on the sheet comes from, unless somebody wrote it. */
  async readCredits(): Promise<void> {
    const frame = this.frame
    if (this.isWritten || !frame) return
    const ticket = ++this.#ticket
    const shown = app.layers.filter(({ id }) => app.visible.has(id)).map(({ id }) => id)
    try {
      const sources = shown.length > 0 ? await api.sources(shown, frame) : undefined
      if (ticket === this.#ticket && !this.isWritten) this.credits = creditsOf(sources, app.t).join('\n')
    } catch (error) {
      if (ticket === this.#ticket) this.failure = error
    }
  }

  async start(kind: FileKind): Promise<void> {
    const { center } = this
    const map = app.map
    if (this.stage || !center || !map) return
    const run = (this.#run = new AbortController())
    const { signal } = run
    this.failure = this.saved = undefined
    this.stage = 'drawing'
    try {
      const sheet = await this.#sheet(center, signal)
      if (signal.aborted) return
      this.stage = 'composing'
      const bytes = kind === 'pdf' ? await pdfOf([sheet]) : await pngOf(sheet.canvas, sheet.dpi)
      if (signal.aborted) return
      const name = `${sheet.title.replace(/[\\/:*?"<>|\s]+/g, ' ').trim() || app.t('printFileName')}.${kind}`
      save(name, bytes, kind === 'pdf' ? 'application/pdf' : 'image/png')
      this.saved = { name, sheet }
      // For tests in a browser: what the sheet says of itself is compared with what it shows.
      Object.assign(window, { __pianquSheet: sheet })
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      // One that was stopped may end while the next is under way.
      if (this.#run === run) this.stage = undefined
    }
  }

  #sheet(center: [number, number], signal: AbortSignal): Promise<Sheet> {
    const map = app.map
    if (!map) throw new Error('there is no map')
    const zoom = zoomOf(this.scale, center[1])
    const order = (id: string) => CLICK_ORDER.indexOf(id)
    const layers = app.layers.filter(({ id }) => app.visible.has(id)).sort((a, b) => order(a.id) - order(b.id))
    const basemap = map.basemapAttribution()
    const date = new Intl.DateTimeFormat('sv-SE').format(new Date())
    const credits = [
      ...this.credits.split('\n').filter((line) => line.trim()),
      ...(this.isCovered ? coverageCredit() : []),
      ...(this.isSited ? sitingCredit() : []),
      ...(basemap ? [app.t('printBasemap', { attribution: basemap })] : []),
      app.t('printMade', { revision: app.readiness?.revision ?? app.city?.revision ?? 0, date }),
      app.t('printProjection', { lat: center[1].toFixed(2) }),
    ]
    const legend = legendEntries(layers, app.language, zoom)
    return makeSheet({
      paper: this.paper,
      orientation: this.orientation,
      dpi: this.dpi,
      scale: this.scale,
      center,
      style: this.isCovered ? map.coveredStyle(this.colouring) : map.paperStyle(),
      legend: this.isCovered ? [...(this.isSited ? sitingLegend() : coverageLegend()), ...beneathCoverage(legend, this.colouring)] : legend,
      texts: {
        title: this.title.trim(),
        by: this.by.trim(),
        legend: app.t('printLegend'),
        scale: app.t('printScale'),
        north: app.t('printNorth'),
        credits,
        metres: app.t('printMetres'),
        kilometres: app.t('printKilometres'),
      },
      signal,
    })
  }

  cancel(): void {
    this.#run?.abort()
    this.stage = undefined
  }

  /** A failure in the user's words. */
  explain(error: unknown): string {
    const fault = error instanceof PictureError || error instanceof SheetError ? FAULTS[error.fault] : undefined
    return fault ? app.t(fault) : app.explain(error)
  }
}

export const printing = new Printing()
