import { SvelteSet } from 'svelte/reactivity'
import { api, nextCursor } from '../../api/client'
import { SnapIndex, type Snapped, type Target } from '../../geometry/snapping'
import type { Place } from '../../map/editing/shape'
import type { Touched } from '../../map/touched'
import { app } from '../../state/app.svelte'

const CHOSEN = 'pianqu.edit.snap'
/** What boundaries follow most often; somebody may choose otherwise. */
const AT_FIRST = ['community', 'building', 'street', 'barrier']
/** Features of a layer that are asked for; where there are more, the view is too wide to snap in. */
const MOST_FEATURES = 3000
const PAGE = 1000
/** Shapes are asked for a little beyond the view, so that a moved map need not wait. */
const MARGIN = 0.25
const SETTLE_MS = 200
/** A degree of latitude on the sphere by which the map measures its pixels. */
const METRES_PER_DEGREE = 40_075_016.686 / 360

type Box = [number, number, number, number]

/**
 * What there is to snap to: the exact shapes of some layers around what is seen, asked for again when the map
 * or the city has changed. Tiles are rounded and are not used.
 */
export class Snapping {
  isOn = $state(true)
  readonly chosen = new SvelteSet<string>(AT_FIRST)
  isLoading = $state(false)
  failure = $state.raw<unknown>()
  /** Layers that have too much in view. */
  crowded = $state.raw<string[]>([])
  /** What the last vertex or the pointer snapped to. */
  found = $state.raw<Snapped>()
  #index = new SnapIndex([])
  #box: Box | undefined
  #layers = ''
  #asking: AbortController | undefined
  #waiting: ReturnType<typeof setTimeout> | undefined

  constructor() {
    const kept = readChosen()
    if (!kept) return
    this.isOn = kept.isOn
    this.chosen.clear()
    for (const id of kept.layers) this.chosen.add(id)
  }

  /** The best place within metres of a place, leaving one feature out: the one that is edited. */
  find(place: Place, withinM: number, leftOut: { layer: string; id: number } | undefined): Snapped | undefined {
    this.found = this.isOn
      ? this.#index.find(place, withinM / METRES_PER_DEGREE, ({ layer, id }) => layer === leftOut?.layer && id === leftOut.id)
      : undefined
    return this.found
  }

  toggle(): void {
    this.isOn = !this.isOn
    this.#keep()
    this.look()
  }

  toggleLayer(id: string): void {
    if (!this.chosen.delete(id)) this.chosen.add(id)
    this.#keep()
    this.look()
  }

  /** Asks for what is in view now, if that is not at hand already. */
  look(): void {
    clearTimeout(this.#waiting)
    this.#waiting = setTimeout(() => void this.#fetch(), SETTLE_MS)
  }

  onTouched(layers: Touched[] | undefined): void {
    if (layers && !layers.some(({ layer }) => this.chosen.has(layer))) return
    this.#box = undefined
    this.look()
  }

  putAway(): void {
    clearTimeout(this.#waiting)
    this.#asking?.abort()
    this.#index = new SnapIndex([])
    this.#box = this.found = undefined
    this.isLoading = false
  }

  async #fetch(): Promise<void> {
    const seen = app.map?.bounds()
    const layers = this.isOn ? [...this.chosen].filter((id) => app.layer(id)).sort() : []
    if (!seen) return
    if (this.#box && holds(this.#box, seen) && layers.join() === this.#layers && this.crowded.length === 0) return
    this.#asking?.abort()
    const asking = (this.#asking = new AbortController())
    const box = grown(seen)
    this.isLoading = true
    try {
      const found = await Promise.all(layers.map((layer) => targetsOf(layer, box, asking.signal)))
      if (asking.signal.aborted) return
      this.crowded = layers.filter((_, n) => !found[n])
      this.#index = new SnapIndex(found.flatMap((targets) => targets ?? []))
      this.#box = box
      this.#layers = layers.join()
      this.failure = undefined
    } catch (error) {
      if (asking.signal.aborted) return
      this.failure = error
    }
    this.isLoading = false
  }

  #keep(): void {
    try {
      localStorage.setItem(CHOSEN, JSON.stringify({ isOn: this.isOn, layers: [...this.chosen] }))
    } catch {
      // It is as at first after a reload.
    }
  }
}

/** Every feature of a layer in a box; nothing where there are too many. */
async function targetsOf(layer: string, box: Box, signal: AbortSignal): Promise<Target[] | undefined> {
  const targets: Target[] = []
  let cursor: number | undefined
  do {
    const page = await api.features(layer, box, PAGE, cursor, signal)
    if (page.numberMatched > MOST_FEATURES) return undefined
    targets.push(...page.features.map(({ id, geometry }) => ({ layer, id, geometry })))
    cursor = nextCursor(page)
  } while (cursor !== undefined)
  return targets
}

function readChosen(): { isOn: boolean; layers: string[] } | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(CHOSEN) ?? 'null') as { isOn?: unknown; layers?: unknown } | null
    if (!kept || !Array.isArray(kept.layers)) return undefined
    return { isOn: kept.isOn !== false, layers: kept.layers.filter((id) => typeof id === 'string') }
  } catch {
    // What cannot be read is as if nothing had been chosen.
    return undefined
  }
}

function holds([west, south, east, north]: Box, [w, s, e, n]: Box): boolean {
  return west <= w && south <= s && east >= e && north >= n
}

function grown([west, south, east, north]: Box): Box {
  const [dx, dy] = [(east - west) * MARGIN, (north - south) * MARGIN]
  return [Math.max(-180, west - dx), Math.max(-90, south - dy), Math.min(180, east + dx), Math.min(90, north + dy)]
}

export const snapping = new Snapping()
