import { analysis, type CoverageAnswer, type Modification } from '../../api/analysis'
import { api, type Feature, type Sources } from '../../api/client'
import { download } from '../../api/exports'
import { boundsOf } from '../../map/bounds'
import { takePicture } from '../../print/picture'
import { app } from '../../state/app.svelte'
import { classesOf, CLASS_COLOURS, CLASSES } from '../coverage/classes'
import { covering } from '../coverage/covering.svelte'
import { scenario } from '../scenario/scenario.svelte'
import { linesOf, nearestOf, type Nearest, type ReportLine, type Subject } from './figures'

/** Values by building in one answer at most: the server refuses more. */
const MOST_VALUES = 2_000_000
/** Of the picture, in CSS pixels at 96 to the inch: 180 mm wide on paper. */
const PICTURE = { widthPx: 680, heightPx: 380 }

/** Everything that stands in a report. */
export interface Report {
  subject: Subject
  feature: Feature
  name: string
  lines: ReportLine[]
  facilities: ReadonlyMap<number, string>
  picture: string
  /** The rule whose distances the picture shows. */
  pictured: string
  sources: Sources
  now: CoverageAnswer
  modifications: Modification[]
  scenarioName: string
  madeAt: Date
}

/** 一区一策: what one community or precinct lacks, on paper. */
export class Reporting {
  report = $state.raw<Report>()
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #run: AbortController | undefined

  /** The area whose details are open, where a report can be made of it. */
  readonly subject = $derived.by((): Subject | undefined => {
    const { selected } = app
    return selected && (selected.layer === 'community' || selected.layer === 'precinct') ? { layer: selected.layer, id: selected.id } : undefined
  })

  async make(subject: Subject): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure, this.report] = [true, undefined, undefined]
    try {
      const report = await this.#make(subject, signal)
      if (!signal.aborted) this.report = report
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  async #make(subject: Subject, signal: AbortSignal): Promise<Report> {
    const modifications = scenario.asked
    const feature = await api.feature(subject.layer, subject.id)
    const quiet = () => undefined
    const now = await analysis.coverage({ most_gaps: 0, steps: [] }, quiet, signal)
    const then = modifications.length > 0 ? await analysis.coverage({ most_gaps: 0, steps: [], modifications }, quiet, signal) : undefined
    const nearest = await this.#nearest(await buildingsOf(subject, feature, signal), now, modifications, signal)
    const lines = linesOf(now, then, subject, nearest)
    const facilities = await namesOf(lines, modifications)
    const bounds = boundsOf(feature.geometry)
    const shown = app.layers.filter(({ id }) => app.visible.has(id)).map(({ id }) => id)
    const sources = await api.sources(shown, bounds as [number, number, number, number])
    const picture = await this.#picture(feature, bounds, signal)
    const own = feature.properties['name']
    return {
      subject,
      feature,
      name: own ? String(own) : `${app.title(subject.layer)} ${subject.id}`,
      lines,
      facilities,
      picture,
      pictured: covering.rule ? covering.titleOf(covering.rule) : '',
      sources,
      now,
      modifications,
      scenarioName: modifications.length > 0 ? scenario.name || app.t('scenUnnamed') : '',
      madeAt: new Date(),
    }
  }

  /** The nearest facilities under the scenario, in as few questions as the server allows. */
  async #nearest(buildings: ReadonlySet<number>, now: CoverageAnswer, modifications: Modification[], signal: AbortSignal): Promise<Map<string, Nearest>> {
    const found = new Map<string, Nearest>()
    if (buildings.size === 0) return found
    const rules = now.results.filter(({ facilities }) => facilities > 0).map(({ rule }) => rule)
    const all = Math.max(1, now.results[0]?.city.all.buildings ?? 1)
    const atOnce = Math.max(1, Math.floor(MOST_VALUES / all))
    for (let first = 0; first < rules.length; first += atOnce) {
      const order = { rules: rules.slice(first, first + atOnce), with_buildings: true, most_gaps: 0, steps: [], modifications }
      const answer = await analysis.coverage(order, () => undefined, signal)
      for (const [rule, one] of nearestOf(answer, buildings)) found.set(rule, one)
    }
    return found
  }

  async #picture(feature: Feature, bounds: number[], signal: AbortSignal): Promise<string> {
    const map = app.map
    if (!map) throw new Error('there is no map')
    const { answer, result } = covering
    const colouring = answer && result && {
      ids: answer.building_ids,
      classes: classesOf(result, answer.limit_m),
      colours: CLASSES.map((one) => CLASS_COLOURS[one]),
    }
    const { center, zoom } = viewOf(bounds)
    const style = map.coveredStyle(colouring, feature.geometry)
    const { canvas } = await takePicture({ style, center, zoom, ...PICTURE, pixelRatio: 2, signal })
    return canvas.toDataURL('image/jpeg', 0.9)
  }

  cancel(): void {
    this.#run?.abort()
    this.isRunning = false
  }
}

/** Where the area stands in the picture with the reach of a walk around it. */
function viewOf([west = 0, south = 0, east = 0, north = 0]: number[]): { center: [number, number]; zoom: number } {
  const center: [number, number] = [(west + east) / 2, (south + north) / 2]
  const stretch = 1 / Math.cos((center[1] * Math.PI) / 180)
  // Degrees that the picture holds at zoom 0, and 300 m more at each side.
  const margin = 600 / 111_320
  const across = (PICTURE.widthPx / 512) * 360
  const zoom = Math.log2(Math.min(across / (east - west + margin * stretch), ((PICTURE.heightPx / 512) * 360) / ((north - south + margin) * stretch)))
  return { center, zoom: Math.min(17.5, Math.max(9, zoom)) }
}

/** The buildings of an area: by its code where it is a community that has one, else those that meet it. */
async function buildingsOf(subject: Subject, feature: Feature, signal: AbortSignal): Promise<Set<number>> {
  const code = feature.properties['code']
  const isByCode = subject.layer === 'community' && typeof code === 'string' && code !== ''
  if (!isByCode && feature.geometry.type !== 'Polygon' && feature.geometry.type !== 'MultiPolygon') return new Set()
  const narrowed = isByCode ? { filter: `community_code = '${code.replaceAll("'", "''")}'` } : { area: feature.geometry as GeoJSON.MultiPolygon }
  // An area may be too long for an address; the export takes it as a body.
  const order = { format: 'geojson', crs: 'EPSG:4490', properties: 'name', ...narrowed }
  const { bytes } = await download('building', order, () => undefined, signal)
  const { features } = JSON.parse(new TextDecoder().decode(bytes)) as { features: { id: number }[] }
  return new Set(features.map(({ id }) => id))
}

/** What the nearest facilities are called; those that the scenario adds by their own names. */
async function namesOf(lines: ReportLine[], modifications: Modification[]): Promise<Map<number, string>> {
  const ids = new Set(lines.flatMap(({ nearest }) => (nearest ? [nearest.facilityId] : [])))
  const names = new Map<number, string>()
  let added = 0
  for (const one of modifications) if (one.kind === 'add_facility') names.set((added -= 1), one.name ?? '')
  const read = async (id: number) => {
    const name = (await api.feature('facility', id)).properties['name']
    names.set(id, name ? String(name) : `${app.title('facility')} ${id}`)
  }
  await Promise.all([...ids].filter((id) => id > 0).map(read))
  return names
}

export const reporting = new Reporting()
