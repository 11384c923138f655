import type { Progress } from '../../api/analysis'
import { grouping, WEIGHTS, type GroupingAnswer, type GroupingOrder, type Placement, type Proposal, type Weight } from '../../api/grouping'
import type { Hit } from '../../map/city_map'
import { boundsOf } from '../../map/bounds'
import { labelPoint } from '../../map/label_point'
import { app } from '../../state/app.svelte'
import { paddingOf } from '../../ui/padding'
import { colourBy, NO_PRECINCT } from './colours'
import { partsOf } from './places'
import { schemes } from './schemes.svelte'

export type Picking = 'together' | 'apart'

/** What is asked of a grouping, in a planner's words, and what came of it. Both stay while the panel is closed. */
class Proposing {
  minHouseholds = $state<number | null>(1500)
  maxHouseholds = $state<number | null>(null)
  widestWalkM = $state<number | null>(null)
  groups = $state<number | null>(null)
  same = $state<GroupingOrder['same']>('responsible_body')
  weights = $state<Record<Weight, number>>({ compactness: 1, few_precincts: 1, equal_size: 0.2, shared_works: 0.5, facility_gaps: 0.5, similar_age: 0.2 })
  together = $state<number[][]>([])
  apart = $state<[number, number][]>([])
  /** Precincts of the open scheme that stay as they are. */
  locked = $state<number[]>([])
  proposals = $state(3)
  seed = $state(1)
  /** Which rule the communities that are clicked on are for. */
  picking = $state<Picking>()
  picked = $state<number[]>([])

  answer = $state.raw<GroupingAnswer>()
  isRunning = $state(false)
  progress = $state.raw<Progress>()
  failure = $state.raw<unknown>()
  wasCancelled = $state(false)
  /** The proposal on the map, and the community that is asked about. */
  index = $state(0)
  communityId = $state<number>()
  #run: AbortController | undefined

  readonly shown: Proposal | undefined = $derived(this.answer?.proposals[this.index])
  readonly placements = $derived(new Map(this.shown?.placements?.map((one) => [one.id, one])))
  readonly placement: Placement | undefined = $derived(this.communityId === undefined ? undefined : this.placements.get(this.communityId))
  readonly #homes = $derived(new Map(this.shown?.groups.flatMap(({ members }, n) => members.map((id): [number, number] => [id, n]))))
  readonly colours = $derived.by(() => {
    const near = new Map<number, Set<number>>(this.shown?.groups.map((_, n) => [n, new Set()]))
    for (const { group, moves } of this.placements.values()) {
      for (const { to } of moves) {
        near.get(group)?.add(to)
        near.get(to)?.add(group)
      }
    }
    return colourBy([...near.keys()], near)
  })

  order(): GroupingOrder {
    const limit = (name: string, n: number | null) => (n === null || Number.isNaN(n) ? {} : { [name]: n })
    return {
      weights: Object.fromEntries(WEIGHTS.map((name) => [name, this.weights[name]])) as Record<Weight, number>,
      ...limit('min_households', this.minHouseholds),
      ...limit('max_households', this.maxHouseholds),
      ...limit('widest_walk_m', this.widestWalkM),
      ...limit('groups', this.groups),
      same: this.same,
      must_together: $state.snapshot(this.together),
      must_apart: $state.snapshot(this.apart),
      locked: this.locked.flatMap((id) => {
        const members = schemes.precinct(id)?.properties.members.map((member) => member.community_id) ?? []
        return members.length > 0 ? [members] : []
      }),
      proposals: this.proposals,
      seed: this.seed,
    }
  }

  async run(): Promise<void> {
    this.#run?.abort()
    const { signal } = (this.#run = new AbortController())
    ;[this.isRunning, this.progress, this.failure, this.wasCancelled] = [true, undefined, undefined, false]
    ;[this.answer, this.index, this.communityId] = [undefined, 0, undefined]
    this.stopPicking()
    try {
      const answer = await grouping(this.order(), (progress) => (this.progress = progress), signal)
      if (!signal.aborted) this.answer = answer
    } catch (error) {
      if (!signal.aborted) this.failure = error
    } finally {
      if (this.#run.signal === signal) this.isRunning = false
    }
  }

  cancel(): void {
    this.#run?.abort()
    ;[this.isRunning, this.wasCancelled] = [false, true]
  }

  pick(rule: Picking): void {
    ;[this.picking, this.picked] = [this.picking === rule ? undefined : rule, []]
  }

  stopPicking(): void {
    ;[this.picking, this.picked] = [undefined, []]
  }

  /** Adds or takes away a community of the rule that is being made. */
  toggle(id: number): void {
    this.picked = this.picked.includes(id) ? this.picked.filter((one) => one !== id) : [...this.picked, id]
    const [a, b] = this.picked
    if (this.picking === 'apart' && a !== undefined && b !== undefined) this.keep()
  }

  keep(): void {
    const [a, b] = this.picked
    if (a === undefined || b === undefined) return
    if (this.picking === 'together') this.together.push([...this.picked])
    else this.apart.push([a, b])
    this.stopPicking()
  }

  /** Shows a community that an answer names. */
  look(id: number): void {
    this.communityId = id
    const found = schemes.communities.get(id)
    if (found) app.map?.flyTo(boundsOf(found.geometry), paddingOf(app))
  }

  /** Takes a click on the map where it means something here. */
  click(hits: Hit[]): boolean {
    const hit = hits.find(({ layer, count }) => layer === 'community' && count === 0)
    if (!hit) return false
    if (this.picking) this.toggle(hit.id)
    else if (this.shown) this.communityId = hit.id
    else return false
    return true
  }

  /** The proposal, or what is being picked, as the map draws it. */
  readonly drawn = $derived.by((): GeoJSON.FeatureCollection | undefined => {
    if (!this.shown && !this.picking) return undefined
    const features: GeoJSON.Feature[] = []
    for (const { id, geometry } of schemes.communities.values()) {
      const home = this.#homes.get(id)
      const isChosen = this.picking ? this.picked.includes(id) : id === this.communityId
      const colour = home === undefined ? NO_PRECINCT : (this.colours.get(home) ?? NO_PRECINCT)
      features.push({ type: 'Feature', geometry, properties: { what: 'community', id, colour, is_chosen: isChosen, is_none: home === undefined } })
    }
    for (const [n, group] of (this.shown?.groups ?? []).entries()) {
      const at = this.#middleOf(group.members)
      if (at) features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { what: 'label', colour: this.colours.get(n), name: String(n + 1), under: '' } })
    }
    return { type: 'FeatureCollection', features }
  })

  /** The member nearest to the middle of all: there the number of a group is inside it. */
  #middleOf(members: number[]): [number, number] | undefined {
    const places = members.flatMap((id) => {
      const found = schemes.communities.get(id)
      return found ? [labelPoint(partsOf(found.geometry))] : []
    })
    const mean = (axis: 0 | 1) => places.reduce((sum, at) => sum + at[axis], 0) / places.length
    const [x, y] = [mean(0), mean(1)]
    const away = ([a, b]: [number, number]) => Math.hypot(a - x, b - y)
    return places.length > 0 ? places.reduce((a, b) => (away(b) < away(a) ? b : a)) : undefined
  }
}

export const proposing = new Proposing()
