import { trenchPlans, type PlannedTrench, type TrenchPlanDetail, type TrenchSheet } from '../../api/trench_plans'
import { boundsOf } from '../../map/bounds'
import { takePicture } from '../../print/picture'
import { viewOf } from '../../print/view_of'
import { app } from '../../state/app.svelte'
import { liesAlong } from '../../trench/place'
import { dugPlan } from './dug_plan'

/** Of the picture, in CSS pixels at 96 to the inch: 180 mm wide on paper. */
const PICTURE = { widthPx: 680, heightPx: 210 }

export interface MadeSheet {
  sheet: TrenchSheet
  picture: string
  madeAt: Date
}

/** All that is known of a trench of a plan, on a page. */
class Sheeting {
  made = $state.raw<MadeSheet>()
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #run: AbortController | undefined

  async make(plan: TrenchPlanDetail, trench: PlannedTrench): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.failure, this.made] = [true, undefined, undefined]
    try {
      const [sheet, picture] = await Promise.all([trenchPlans.sheet(plan.trench_plan_id, trench.trench_id), pictureOf(trench, signal)])
      if (!signal.aborted) this.made = { sheet, picture, madeAt: new Date() }
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }
}

/** The trench among its works. */
async function pictureOf(trench: PlannedTrench, signal: AbortSignal): Promise<string> {
  const { map } = app
  if (!map) throw new Error('there is no map')
  const drawn = dugPlan([trench], { span: undefined, chosen: undefined, isShown: () => true })
  const { center, zoom } = viewOf(boundsOf({ type: 'LineString', coordinates: liesAlong(trench.result) }), PICTURE)
  const { canvas } = await takePicture({ style: map.dugStyle(drawn), center, zoom, ...PICTURE, pixelRatio: 2, signal })
  return canvas.toDataURL('image/jpeg', 0.9)
}

export const sheeting = new Sheeting()
