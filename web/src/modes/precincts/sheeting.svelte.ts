import { analysis } from '../../api/analysis'
import { schemeAnswers, type Sheet } from '../../api/scheme_answers'
import type { Precinct } from '../../api/schemes'
import { boundsOf } from '../../map/bounds'
import { takePicture } from '../../print/picture'
import { viewOf } from '../../print/view_of'
import { app } from '../../state/app.svelte'
import { drawnScheme } from './on_map'
import { schemes } from './schemes.svelte'

/** Of the picture, in CSS pixels at 96 to the inch: 180 mm wide on paper. */
const PICTURE = { widthPx: 680, heightPx: 400 }

export interface MadeSheet {
  sheet: Sheet
  picture: string
  rules: ReadonlyMap<string, string>
  madeAt: Date
}

/** 一片一案: all that is known of a precinct, on a page. */
class Sheeting {
  made = $state.raw<MadeSheet>()
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #run: AbortController | undefined

  async make(precinct: Precinct): Promise<void> {
    const id = schemes.detail?.scheme_id
    if (id === undefined) return
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure, this.made] = [true, undefined, undefined]
    try {
      const [sheet, { rules }, picture] = await Promise.all([schemeAnswers.sheet(id, precinct.id), analysis.rules(), pictureOf(precinct, signal)])
      const titles = rules.map((rule): [string, string] => [rule.rule, app.language === 'zh' ? rule.title_zh : rule.facility_kinds.map(kindTitle).join(' / ')])
      if (!signal.aborted) this.made = { sheet, picture, rules: new Map(titles), madeAt: new Date() }
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  cancel(): void {
    this.#run?.abort()
    this.isRunning = false
  }
}

function kindTitle(code: string): string {
  const choices = app.layer('facility')?.fields.find(({ name }) => name === 'facility_kind')?.choices
  return choices?.find((choice) => choice.code === code)?.title[app.language] ?? code
}

/** The precinct among its neighbours. */
async function pictureOf(precinct: Precinct, signal: AbortSignal): Promise<string> {
  const { map } = app
  if (!map) throw new Error('there is no map')
  const drawn = drawnScheme({
    precincts: schemes.precincts,
    colours: schemes.colours,
    communities: [...schemes.communities.values()].filter(({ id }) => schemes.homes.get(id)?.precinct_id === precinct.id),
    home: () => precinct.id,
    isDraft: schemes.isOpen,
    precinctId: precinct.id,
    under: () => '',
  })
  const { center, zoom } = viewOf(boundsOf(precinct.geometry), PICTURE)
  const { canvas } = await takePicture({ style: map.dividedStyle(drawn), center, zoom, ...PICTURE, pixelRatio: 2, signal })
  return canvas.toDataURL('image/jpeg', 0.9)
}

export const sheeting = new Sheeting()
