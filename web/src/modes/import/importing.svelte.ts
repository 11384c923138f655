import type { Layer } from '../../api/client'
import { ApiError } from '../../api/client'
import { imports, send, type Fitting, type Job, type Preview, type Reading, type Upload } from '../../api/imports'
import { app } from '../../state/app.svelte'
import { readChoice, type CrsChoice } from './crs_options'
import { guessedMapping, guessLayer, missing, placeholders, readingMap, type Mapping } from './mapping'

export type Step = 'file' | 'look' | 'fields' | 'run'
export const STEPS: Step[] = ['file', 'look', 'fields', 'run']

/** OpenStreetMap feeds several layers at once, by its tags. */
export const ALL_LAYERS = 'all'
/** What a survey of pipes becomes. */
export const SURVEY_LAYER = 'utility_line'
const LOOK_AT_JOB_MS = 300
const NOTHING: Mapping = { columns: {}, constants: {} }

export interface Work {
  isDryRun: boolean
  job: Job
}

/** One import from the file to its undoing. It goes on while its panel is closed. */
export class Importing {
  step = $state<Step>('file')
  failure = $state.raw<unknown>()
  fileName = $state('')
  /** The upload under way. */
  sent = $state.raw<{ done: number; total: number }>()
  upload = $state.raw<Upload>()

  layer = $state('')
  /** The file is read as a survey of pipes, both of its tables together. */
  isSurvey = $state(false)
  faultyLines = $state<'take' | 'refuse'>('take')
  sourceLayer = $state('')
  encoding = $state('')
  crs = $state<CrsChoice>('')
  isLooking = $state(false)
  preview = $state.raw<Preview>()
  /** What the server last said would fit; it says so only when it is in doubt. */
  fitting = $state.raw<Fitting[]>([])

  mapping = $state.raw<Mapping>(NOTHING)
  key = $state('')

  dryRun = $state.raw<Work>()
  run = $state.raw<Work>()
  isCancelling = $state(false)
  undone = $state.raw<{ removed: number; restored: number }>()
  isUndoing = $state(false)

  #underWay: AbortController | undefined
  #jobId: string | undefined
  /** The columns for which `mapping` was made. */
  #mappedColumns = ''
  /** Counts the files, so that an answer about one that was put away is not taken for this one's. */
  #turn = 0

  readonly columns = $derived(this.preview?.report.columns ?? [])
  readonly target: Layer | undefined = $derived(app.layer(this.layer))
  readonly isOsm = $derived(/\.(osm|osm\.pbf|pbf)$/i.test(this.upload?.file ?? ''))
  /** Two files that are a survey together, and nothing each by itself. */
  readonly isPair = $derived(isWhole(this.upload) && /\.(csv|tsv|xlsx|dbf)$/i.test(this.upload?.file ?? '') && this.upload?.files.length === 2)
  readonly isBusy = $derived(
    this.sent !== undefined || this.dryRun?.job.state === 'running' || this.run?.job.state === 'running',
  )
  readonly missing = $derived(missing(this.target?.fields ?? [], this.mapping))
  /** Whether a step can be gone to now. */
  readonly can = $derived<Record<Step, boolean>>({
    file: !this.isBusy,
    look: this.upload !== undefined && !this.isBusy && !this.run,
    fields: this.#isReadable() && !this.isOsm && !this.isBusy && !this.run,
    run: this.#isReadable() && (this.missing.length === 0 || this.isOsm) && !this.isBusy && !this.run,
  })

  #isReadable(): boolean {
    return this.upload !== undefined && !this.isLooking && this.preview !== undefined && !this.preview.refusal
  }

  /** Begins with other files. */
  async take(files: File[]): Promise<void> {
    if (this.isBusy || files.length === 0) return
    this.putAway()
    const turn = this.#turn
    this.#underWay = new AbortController()
    this.fileName = files.map(({ name }) => name).join('、')
    this.sent = { done: 0, total: files.reduce((sum, { size }) => sum + size, 0) }
    try {
      const upload = await send(files, (done, total) => (this.sent = { done, total }), this.#underWay.signal)
      if (turn !== this.#turn) return
      this.upload = upload
    } catch (error) {
      if (turn !== this.#turn) return
      if (!isAbort(error)) this.failure = error
      return
    } finally {
      if (turn === this.#turn) this.sent = undefined
    }
    this.step = 'look'
    if (isWhole(this.upload) && (app.mayWriteTo(SURVEY_LAYER) || this.isPair)) await this.readAsSurvey()
    else await this.readAsRows()
  }

  /** Reads both tables of a survey together. */
  async readAsSurvey(): Promise<void> {
    this.isSurvey = true
    this.layer = app.mayWriteTo(SURVEY_LAYER) ? SURVEY_LAYER : ''
    this.sourceLayer = this.key = ''
    await this.look()
  }

  /** Reads one layer of the file, each row a feature; without a layer it is guessed from the file. */
  async readAsRows(layer?: string): Promise<void> {
    const isNew = this.isSurvey || layer === undefined
    this.isSurvey = false
    const layers = this.upload?.layers ?? []
    if (isNew) this.sourceLayer = layers.length > 1 && !this.isOsm ? (layers[0]?.name ?? '') : ''
    if (layer === undefined) this.guessLayer()
    else this.layer = layer
    await this.look()
  }

  /** Stops the upload that is under way. */
  stopSending(): void {
    this.#underWay?.abort()
  }

  /** Forgets the file and everything about it. */
  putAway(): void {
    this.#turn += 1
    this.#underWay?.abort()
    // Kept for a day otherwise; that nobody waits for the answer loses nothing.
    if (this.upload) imports.discard(this.upload.upload_id).catch(() => undefined)
    this.step = 'file'
    this.failure = this.sent = this.upload = this.preview = this.dryRun = this.run = this.undone = undefined
    this.fileName = this.layer = this.sourceLayer = this.encoding = this.crs = this.key = ''
    this.fitting = []
    this.isSurvey = false
    this.faultyLines = 'take'
    this.mapping = NOTHING
    this.#mappedColumns = ''
    this.isLooking = this.isCancelling = this.isUndoing = false
  }

  guessLayer(): void {
    const source = this.upload?.layers.find(({ name }) => name === this.sourceLayer) ?? this.upload?.layers[0]
    const names = `${this.sourceLayer} ${this.upload?.file ?? ''}`
    this.layer = this.isOsm ? ALL_LAYERS : (guessLayer(app.layers, names, source?.columns ?? []) ?? '')
  }

  /** Asks how the file reads as things are chosen now. */
  async look(): Promise<void> {
    this.failure = undefined
    this.dryRun = undefined
    if (!this.upload || !this.layer) {
      this.preview = undefined
      return
    }
    this.#underWay?.abort()
    const underWay = (this.#underWay = new AbortController())
    const { upload_id } = this.upload
    const reading = this.#howToRead()
    this.isLooking = true
    try {
      let preview = await imports.preview(upload_id, reading, underWay.signal)
      if (preview.refusal?.code === 'required-field-missing') {
        const set = placeholders(this.target?.fields ?? [])
        preview = await imports.preview(upload_id, { ...reading, set }, underWay.signal)
      }
      if (underWay.signal.aborted) return
      this.preview = preview
      if (preview.refusal && preview.refusal.fitting.length > 0) this.fitting = preview.refusal.fitting
      this.#takeColumns(preview)
    } catch (error) {
      if (underWay.signal.aborted) return
      this.failure = error
      this.preview = undefined
    }
    this.isLooking = false
  }

  #takeColumns({ report }: Preview): void {
    const columns = [this.isSurvey, this.layer, ...report.columns.map(({ column }) => column)].join('\n')
    if (columns === this.#mappedColumns) return
    this.#mappedColumns = columns
    this.mapping = guessedMapping(report.columns)
    this.key = ''
  }

  #howToRead(): Reading {
    return {
      layer: this.layer,
      ...readChoice(this.crs),
      ...(this.sourceLayer ? { source_layer: this.sourceLayer } : {}),
      ...(this.encoding ? { encoding: this.encoding } : {}),
      ...(this.isSurvey ? { format: 'cjj61' as const, faulty_lines: this.faultyLines } : {}),
    }
  }

  /** The whole of what was chosen. */
  reading(): Reading {
    if (this.isOsm) return this.#howToRead()
    const set = Object.entries(this.mapping.constants).filter(([field, value]) => !this.mapping.columns[field] && value.trim())
    return {
      ...this.#howToRead(),
      map: readingMap(this.mapping, this.columns),
      set: Object.fromEntries(set),
      ...(this.key ? { key: this.key } : {}),
    }
  }

  change(mapping: Mapping): void {
    this.mapping = mapping
    this.dryRun = undefined
  }

  /** Goes to a step; the last one begins with a trial that keeps nothing. */
  async go(step: Step): Promise<void> {
    if (!this.can[step]) return
    this.step = step
    if (step === 'run' && !this.dryRun) await this.#work(true)
  }

  /** From the last step to where things are chosen, also after the work failed. */
  async back(): Promise<void> {
    const code = this.run?.job.result?.refusal?.code ?? this.dryRun?.job.result?.refusal?.code ?? ''
    if (this.run || this.dryRun?.job.state === 'failed') this.run = this.dryRun = undefined
    const isAboutReading = code.startsWith('crs-') || code.startsWith('encoding-')
    await this.go(this.can.fields && !isAboutReading ? 'fields' : 'look')
  }

  /** Imports, after the trial was looked at. */
  async start(): Promise<void> {
    await this.#work(false)
    if (this.run?.job.state !== 'done') return
    if (this.layer !== ALL_LAYERS) app.visible.add(this.layer)
  }

  async #work(isDryRun: boolean): Promise<void> {
    if (!this.upload) return
    const turn = this.#turn
    const tell = (job: Job | undefined) => {
      const work = job && { isDryRun, job }
      if (isDryRun) this.dryRun = work
      else this.run = work
    }
    this.failure = undefined
    this.isCancelling = false
    tell({ state: 'running', result: null })
    try {
      const { job_id } = await imports.start(this.upload.upload_id, this.reading(), isDryRun)
      this.#jobId = job_id
      for (;;) {
        const job = await patiently(() => imports.job(job_id))
        if (turn !== this.#turn) return
        tell(job)
        if (job.state !== 'running') break
        await wait(LOOK_AT_JOB_MS)
      }
    } catch (error) {
      if (turn !== this.#turn) return
      tell(undefined)
      this.failure = error
    }
    this.#jobId = undefined
  }

  async cancel(): Promise<void> {
    if (!this.#jobId) return
    this.isCancelling = true
    try {
      await imports.cancel(this.#jobId)
    } catch (error) {
      this.failure = error
    }
  }

  async undo(): Promise<void> {
    const importId = this.run?.job.result?.import_id
    if (!importId) return
    this.isUndoing = true
    this.failure = undefined
    try {
      this.undone = await imports.undo(importId)
    } catch (error) {
      this.failure = error
    }
    this.isUndoing = false
  }
}

export const importing = new Importing()

/** Whether both tables of a survey came. */
function isWhole(upload: Upload | undefined): boolean {
  return upload?.survey?.points != null && upload.survey.lines != null
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError'

/** A job goes on while the way to the server is cut: asking again for a minute loses nothing. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      const mayPass = error instanceof ApiError && (error.kind === 'network' || error.status === 503)
      if (!mayPass || tries >= 30) throw error
      await wait(2000)
    }
  }
}
