import { api, ApiError } from '../../api/client'
import type { DrawnGeometry } from '../../map/drawing'
import type { Hit } from '../../map/city_map'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { covering } from '../coverage/covering.svelte'
import { addedId } from './drafts'
import { joined } from './joining'
import { scenario } from './scenario.svelte'

type Place = [number, number]

/** What the pointer does on the map while a scenario is on. */
export class Tools {
  tool = $state<'add' | 'gate' | 'bridge' | 'way'>()
  /** Of the facility that is to be added. */
  kind = $state('')
  /** The facility whose buttons are shown. */
  chosenId = $state<number>()
  isNoGate = $state(false)
  /** Ends of the way drawn last that are near no street. */
  looseEnds = $state(0)
  failure = $state.raw<unknown>()
  gatePlaces = $state.raw<ReadonlyMap<number, Place>>(new Map())
  /** A facility that is on its way. */
  dragged = $state.raw<{ id: number; to: Place }>()
  #wasTapped = false

  readonly chosen = $derived(covering.placed.find(({ id }) => id === this.chosenId))

  take(tool: 'add' | 'gate' | 'bridge' | 'way' | undefined): void {
    this.tool = this.tool === tool ? undefined : tool
    ;[this.isNoGate, this.looseEnds, this.failure] = [false, 0, undefined]
    app.map?.clearDrawing()
    if (this.tool === 'bridge' || this.tool === 'way') app.map?.draw('line')
    if (this.tool === 'add' && !covering.rule?.facility_kinds.includes(this.kind)) this.kind = covering.rule?.facility_kinds[0] ?? ''
  }

  /** Where a click goes; false: it is not for a scenario. */
  click(place: Place, hits: Hit[]): boolean {
    if (this.#wasTapped) {
      this.#wasTapped = false
      return true
    }
    if (this.tool === 'add') this.add(place)
    else if (this.tool === 'gate') {
      const gate = hits.find((hit) => hit.layer === 'gate' && hit.count === 0)
      this.isNoGate = !gate
      if (gate) void this.toggleGate(gate.id)
    } else return false
    return true
  }

  add(at: Place): void {
    const n = scenario.list.filter(({ kind }) => kind === 'add_facility').length + 1
    scenario.add({ kind: 'add_facility', facility_kind: this.kind, at, name: app.t('scenNewName', { n }) })
    this.tool = undefined
    this.chosenId = addedId(scenario.list, scenario.list.length - 1)
  }

  middle(): Place | undefined {
    return app.map?.middle(paddingOf(app))
  }

  async toggleGate(id: number): Promise<void> {
    this.failure = undefined
    try {
      const gate = await api.feature('gate', id)
      this.#placeGate(id, gate.geometry)
      const done = scenario.list.find((one) => 'gate_id' in one && one.gate_id === id)
      // A gate of which nobody knows is walked through: what changes something is to close it.
      const isOpen = done ? done.kind === 'open_gate' : gate.properties['is_open'] !== false
      scenario.add({ kind: isOpen ? 'close_gate' : 'open_gate', gate_id: id })
      this.tool = undefined
    } catch (error) {
      this.failure = error
    }
  }

  /** Reads where the gates of a scenario are that somebody opened from the list. */
  async placeGates(): Promise<void> {
    for (const one of scenario.list) {
      if (!('gate_id' in one) || this.gatePlaces.has(one.gate_id)) continue
      try {
        this.#placeGate(one.gate_id, (await api.feature('gate', one.gate_id)).geometry)
      } catch (error) {
        // That it is gone is told by the answer to the scenario; it has no place to be drawn at.
        if (!(error instanceof ApiError && error.status === 404)) this.failure = error
      }
    }
  }

  #placeGate(id: number, geometry: GeoJSON.Geometry): void {
    if (geometry.type === 'Point') this.gatePlaces = new Map(this.gatePlaces).set(id, geometry.coordinates as Place)
  }

  /** Takes a drawn way. It stays in sight where the streets at its ends cannot be asked for. */
  async drawn(geometry: DrawnGeometry): Promise<void> {
    if (geometry.type !== 'LineString' || (this.tool !== 'bridge' && this.tool !== 'way')) return
    const isBridge = this.tool === 'bridge'
    this.tool = undefined
    // The double click that ended the line must not also choose something.
    this.swallow()
    try {
      const { line, looseEnds } = await joined(geometry.coordinates as Place[], isBridge, scenario.list)
      scenario.add({ kind: 'add_street', line, is_bridge: isBridge })
      this.looseEnds = looseEnds
      app.map?.clearDrawing()
    } catch (error) {
      this.failure = error
    }
  }

  /** The scenario as it would be with the dragged facility where it is now. */
  move(id: number, to: Place, isDone: boolean): void {
    if (isDone) {
      ;[this.dragged, this.chosenId] = [undefined, id]
      scenario.add({ kind: 'move_facility', facility_id: id, at: to })
    } else this.dragged = { id, to }
  }

  tap(id: number): void {
    this.chosenId = id
    this.swallow()
  }

  /** The click that ends a tap means nothing more. */
  swallow(): void {
    this.#wasTapped = true
    // The click comes with the release, or never where the finger went away.
    setTimeout(() => (this.#wasTapped = false), 300)
  }
}

export const tools = new Tools()
