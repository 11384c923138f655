import { schemes as calls, type Comparison, type Member, type Precinct } from '../../api/schemes'
import { app } from '../../state/app.svelte'
import { colourOf } from './colours'
import { drawnScheme } from './on_map'
import { schemes } from './schemes.svelte'
import { sumOf } from './told'

/** Stands out from every colour of a precinct, and is signed as well. */
const MOVED = '#24231f'
const UNMOVED = '#c9c2b4'
export type Side = 'this' | 'other' | 'moved'

/** The open scheme beside another one. */
class Comparing {
  otherId = $state<number>()
  answer = $state.raw<Comparison>()
  other = $state.raw<{ precincts: Precinct[]; members: Member[] }>()
  side = $state<Side>('moved')
  communityId = $state<number>()
  isRunning = $state(false)
  failure = $state.raw<unknown>()
  #turn = 0

  async run(): Promise<void> {
    const { otherId } = this
    const thisId = schemes.detail?.scheme_id
    const turn = ++this.#turn
    if (otherId === undefined || thisId === undefined) return void ([this.answer, this.other] = [undefined, undefined])
    ;[this.isRunning, this.failure] = [true, undefined]
    try {
      const [answer, { features }, members] = await Promise.all([calls.compare(thisId, otherId), calls.precincts(otherId), calls.members(otherId)])
      if (turn === this.#turn) [this.answer, this.other] = [answer, { precincts: features, members }]
    } catch (error) {
      if (turn === this.#turn) [this.failure, this.answer, this.other] = [error, undefined, undefined]
    } finally {
      if (turn === this.#turn) this.isRunning = false
    }
  }

  end(): void {
    this.#turn += 1
    ;[this.otherId, this.answer, this.other, this.communityId] = [undefined, undefined, undefined, undefined]
  }

  /** The colours of the other scheme's precincts: a pair has one colour on both sides. */
  readonly #otherColours = $derived.by(() => {
    const before = new Map(this.answer?.pairs.map((pair) => [pair.other_precinct_id, schemes.colours.get(pair.this_precinct_id) ?? '']))
    return colourOf(this.other?.precincts ?? [], before)
  })

  /** What the map shows of it; nothing as long as there is nothing to compare. */
  readonly drawn = $derived.by((): GeoJSON.FeatureCollection | undefined => {
    const { answer, other, side } = this
    if (!answer || !other) return undefined
    const isOther = side === 'other'
    const homes = new Map(other.members.map((member) => [member.community_id, member.precinct_id ?? undefined]))
    const moved = new Set(answer.moved.map((one) => one.community_id))
    const common = {
      communities: schemes.communities.values(),
      communityId: this.communityId,
      under: ({ properties: { totals } }: Precinct) => app.t('precHouseholdsShort', { n: sumOf(totals.households) }),
      ...(side === 'moved' && {
        sign: (id: number) => (moved.has(id) ? { sign: app.t('precMovedSign'), colour: MOVED } : { sign: '', colour: UNMOVED }),
      }),
    }
    const home = (id: number) => (isOther ? homes.get(id) : (schemes.homes.get(id)?.precinct_id ?? undefined))
    const own = { precincts: schemes.precincts, colours: schemes.colours, isDraft: false, home, ...common }
    const others = { precincts: other.precincts, colours: this.#otherColours, isDraft: true, home, ...common }
    if (side !== 'moved') return drawnScheme(isOther ? others : own)
    // Both outlines: this one's drawn through, the other one's dashed and without a name.
    const dashed = drawnScheme({ ...others, communities: [] }).features.filter(({ properties }) => properties?.['what'] === 'precinct')
    return { type: 'FeatureCollection', features: [...drawnScheme(own).features, ...dashed] }
  })
}

export const comparing = new Comparing()
