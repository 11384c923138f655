import { setActor } from '../../api/edits'
import { schemeAnswers, type Eligibility, type EligibilityAnswer, type Phases } from '../../api/scheme_answers'
import { app } from '../../state/app.svelte'
import { VERDICT_COLOURS, VERDICT_SIGNS } from '../../ui/verdicts'
import { drawnScheme } from './on_map'
import { schemes } from './schemes.svelte'

/** Which communities the plan takes in, and when a scheme begins with them. */
class Eligible {
  answer = $state.raw<EligibilityAnswer>()
  phases = $state.raw<Phases>()
  communityId = $state<number>()
  isBusy = $state(false)
  failure = $state.raw<unknown>()

  readonly byCommunity = $derived(new Map(this.answer?.communities.map((one) => [one.community_id, one])))
  readonly community: Eligibility | undefined = $derived(this.communityId === undefined ? undefined : this.byCommunity.get(this.communityId))

  async read(): Promise<void> {
    const id = schemes.detail?.scheme_id
    await this.#do(async () => {
      const [answer, phases] = await Promise.all([schemeAnswers.eligibility(), id === undefined ? undefined : schemeAnswers.phases(id)])
      ;[this.answer, this.phases] = [answer, phases]
    })
  }

  async decide(criterion: string, verdict: string, reason: string): Promise<boolean> {
    const id = this.communityId
    if (id === undefined) return false
    return this.#do(async () => {
      setActor(schemes.actor.trim())
      if (verdict) await schemeAnswers.decide(id, criterion, verdict, reason)
      else await schemeAnswers.undecide(id, criterion)
      this.answer = await schemeAnswers.eligibility()
    })
  }

  async #do(work: () => Promise<void>): Promise<boolean> {
    ;[this.isBusy, this.failure] = [true, undefined]
    try {
      await work()
      return true
    } catch (error) {
      this.failure = error
      return false
    } finally {
      this.isBusy = false
    }
  }

  readonly drawn = $derived.by((): GeoJSON.FeatureCollection | undefined => {
    if (!this.answer) return undefined
    return drawnScheme({
      precincts: schemes.precincts,
      colours: schemes.colours,
      communities: schemes.communities.values(),
      home: (id) => schemes.homes.get(id)?.precinct_id ?? undefined,
      isDraft: schemes.isOpen,
      communityId: this.communityId,
      under: () => '',
      sign: (id) => {
        const verdict = this.byCommunity.get(id)?.verdict ?? 'unknown'
        return { sign: VERDICT_SIGNS[verdict], colour: VERDICT_COLOURS[verdict] }
      },
    })
  })

  /** What a criterion is called. */
  titleOf(criterion: string): string {
    const found = this.answer?.criteria.find((one) => one.criterion === criterion)
    return found ? (app.language === 'zh' ? found.title_zh : found.title_en) : criterion
  }
}

export const eligible = new Eligible()
