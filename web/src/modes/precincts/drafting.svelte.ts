import type { SchemeEdit } from '../../api/schemes'
import type { DrawnGeometry } from '../../map/drawing'
import type { Hit } from '../../map/city_map'
import { boundsOf } from '../../map/bounds'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { hasVertex, holds, verticesOf } from './places'
import { schemes } from './schemes.svelte'

type Place = [number, number]
export type Tool = 'draw' | 'split' | 'move' | 'border'

/** Vertices this near to a street, a river or an outline lie on it. */
export const SNAP_M = 15

/** What the pointer does on the map while a scheme is open, and what is chosen. */
class Drafting {
  tool = $state<Tool>()
  precinctId = $state<number>()
  communityId = $state<number>()
  /** What a new precinct will be called. */
  newName = $state('')
  isSnapping = $state(true)
  /** A community goes with the ground on which it stands. */
  withGround = $state(true)
  /** A community, or a vertex, that is on its way. */
  dragged = $state.raw<{ id: number; to: Place }>()
  /** A line that is in no precinct, or in several. */
  isNoTarget = $state(false)

  readonly precinct = $derived(schemes.precinct(this.precinctId))
  readonly community = $derived(this.communityId === undefined ? undefined : schemes.communities.get(this.communityId))
  /** The vertices of the chosen precinct while its border is moved; how many precincts share each. */
  readonly vertices = $derived.by(() => {
    if (this.tool !== 'border' || !this.precinct) return []
    const near = schemes.precincts
    return verticesOf(this.precinct.geometry).map((at) => ({ at, sharing: near.filter(({ geometry }) => hasVertex(geometry, at)).length }))
  })

  /** The first name 片区N that nobody has. */
  proposeName(): string {
    const taken = new Set(schemes.precincts.map(({ properties }) => properties.name))
    for (let n = schemes.precincts.length + 1; ; n++) {
      const name = app.t('precNewName', { n })
      if (!taken.has(name)) return name
    }
  }

  take(tool: Tool | undefined): void {
    app.map?.clearDrawing()
    ;[this.tool, this.dragged, this.isNoTarget] = [this.tool === tool ? undefined : tool, undefined, false]
    if (this.tool === 'draw') {
      this.newName = this.proposeName()
      app.map?.draw('area')
    }
    if (this.tool === 'split') app.map?.draw('line')
  }

  /** What would come of an area that is being drawn, as soon as it is one. */
  sketched(geometry: DrawnGeometry): SchemeEdit | undefined {
    if (this.tool !== 'draw' || geometry.type !== 'Polygon') return undefined
    const places = new Set((geometry.coordinates[0] ?? []).map(String))
    if (places.size < 3) return undefined
    return { op: 'draw', about: { name: this.newName.trim() || this.proposeName() }, outline: geometry, overlap: 'keep' }
  }

  /** Takes what was drawn; a scheme that does not take it says so and keeps it in sight. */
  async drawn(geometry: DrawnGeometry): Promise<void> {
    const snap = this.isSnapping ? { snap_m: SNAP_M } : {}
    if (this.tool === 'draw' && geometry.type === 'Polygon') {
      const name = this.newName.trim() || this.proposeName()
      const edit: SchemeEdit = { op: 'draw', about: { name }, outline: geometry, overlap: 'refuse', ...snap }
      if (await schemes.edit([edit], { key: 'precDrawn', values: { name } })) this.#chooseNamed(name)
    } else if (this.tool === 'split' && geometry.type === 'LineString') {
      const line = geometry.coordinates.map(([x = 0, y = 0]): Place => [x, y])
      const target = this.#crossedBy(line)
      this.isNoTarget = target === undefined
      if (target !== undefined) {
        const values = { name: schemes.nameOf(target) }
        await schemes.edit([{ op: 'split', precinct_id: target, line, ...snap }], { key: 'precSplit', values })
      }
    } else return
    this.tool = undefined
    if (!schemes.failure && !this.isNoTarget) app.map?.clearDrawing()
  }

  #chooseNamed(name: string): void {
    this.precinctId = schemes.precincts.find(({ properties }) => properties.name === name)?.id
  }

  /** The precinct that a line goes through most: that is the one to be divided. */
  #crossedBy(line: Place[]): number | undefined {
    const samples = line.slice(1).flatMap((to, n) => {
      const from = line[n]!
      return Array.from({ length: 32 }, (_, k): Place => [from[0] + ((to[0] - from[0]) * (k + 0.5)) / 32, from[1] + ((to[1] - from[1]) * (k + 0.5)) / 32])
    })
    const counts = schemes.precincts.map(({ id, geometry }) => ({ id, count: samples.filter((at) => holds(geometry, at)).length }))
    const best = counts.reduce((a, b) => (b.count > a.count ? b : a), { id: 0, count: 0 })
    return best.count > 0 ? best.id : undefined
  }

  /** Chooses what a click meets; false: nothing of the scheme is there. */
  click(place: Place, hits: Hit[]): boolean {
    const community = hits.find(({ layer, count, id }) => layer === 'community' && count === 0 && schemes.communities.has(id))
    const precinct = schemes.precincts.find(({ geometry }) => holds(geometry, place))
    if (!community && !precinct) return false
    this.communityId = community?.id
    this.precinctId = precinct?.id ?? schemes.homes.get(community?.id ?? 0)?.precinct_id ?? undefined
    return true
  }

  choosePrecinct(id: number | undefined): void {
    ;[this.precinctId, this.communityId] = [id, undefined]
    const found = schemes.precinct(id)
    if (found) app.map?.flyTo(boundsOf(found.geometry), paddingOf(app))
  }

  chooseCommunity(id: number): void {
    this.communityId = id
    this.precinctId = schemes.homes.get(id)?.precinct_id ?? this.precinctId
    const found = schemes.communities.get(id)
    if (found) app.map?.reveal(boundsOf(found.geometry), paddingOf(app))
  }

  /** Puts a community into a precinct, with its ground or without. */
  async moveCommunity(id: number, to: number): Promise<void> {
    const values = { community: schemes.communityName(id), name: schemes.nameOf(to) }
    const edit: SchemeEdit = { op: 'move_community', community_id: id, precinct_id: to, with_ground: this.withGround }
    await schemes.edit([edit], { key: 'precMoved', values })
  }

  /** Lets go of a dragged community. */
  async dropCommunity(id: number, at: Place): Promise<void> {
    this.dragged = undefined
    this.communityId = id
    const target = schemes.precincts.find(({ geometry }) => holds(geometry, at))
    this.isNoTarget = target === undefined
    if (target && target.id !== schemes.homes.get(id)?.precinct_id) await this.moveCommunity(id, target.id)
  }

  /** Moves a vertex of the chosen precinct; whoever shares it follows. */
  async dropVertex(n: number, to: Place): Promise<void> {
    const from = this.vertices[n]?.at
    if (from) await schemes.edit([{ op: 'move_border', moves: [{ from, to }] }], { key: 'precBorderMoved' })
    this.dragged = undefined
  }

  putAway(): void {
    ;[this.tool, this.dragged, this.isNoTarget] = [undefined, undefined, false]
    app.map?.clearDrawing()
  }
}

export const drafting = new Drafting()
