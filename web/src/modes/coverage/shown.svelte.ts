import type { Colouring } from '../../map/coverage_layers'
import { isKey } from '../../i18n'
import { app } from '../../state/app.svelte'
import { CHANGE_COLOURS, CHANGES } from '../scenario/change'
import { tools } from '../scenario/tools.svelte'
import type { Site } from '../siting/siting.svelte'
import { CLASS_COLOURS, CLASSES, classesOf } from './classes'
import { covering } from './covering.svelte'
import { drawnFeatures } from './on_map'
import { reaching } from './reaching.svelte'

/** What coverage draws: on the map while its panel is open, and on paper. */
class Shown {
  /** Whether the colours tell what a scenario changes, not how far it is. */
  readonly isChange = $derived(covering.colours === 'change' && covering.changed !== undefined)
  readonly colouring = $derived.by((): Colouring | undefined => {
    const { answer, result, changed } = covering
    if (!answer || !result) return undefined
    const ids = answer.building_ids
    if (this.isChange && changed) {
      return { ids, classes: changed.changes.map((change) => CHANGES.indexOf(change)), colours: CHANGES.map((one) => CHANGE_COLOURS[one]) }
    }
    return { ids, classes: classesOf(result, answer.limit_m), colours: CLASSES.map((one) => CLASS_COLOURS[one]) }
  })

  /** Facilities, what is reached from a place, and what a scenario does; candidate sites where they are chosen among. */
  marks(sites: Site[] = []): GeoJSON.FeatureCollection {
    const { dragged } = tools
    const placed = covering.placed.map((one) =>
      one.id === dragged?.id ? { ...one, at: dragged.to, was: one.was ?? one.at, state: one.id < 0 ? one.state : ('moved' as const) } : one,
    )
    const gates = covering.presumed.flatMap((one) => {
      const at = 'gate_id' in one ? tools.gatePlaces.get(one.gate_id) : undefined
      return at ? [{ at, isOpen: one.kind === 'open_gate' }] : []
    })
    return drawnFeatures({ placed, reached: reaching.shown, origin: reaching.origin, modifications: covering.presumed, gates, sign, sites })
  }
}

function sign(state: string): string {
  const key = ['chosen', 'must', 'must_not'].includes(state) ? `sitingSign.${state}` : `scenSign.${state}`
  return isKey(key) ? app.t(key) : ''
}

export const shown = new Shown()
