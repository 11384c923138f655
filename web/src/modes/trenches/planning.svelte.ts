import type { Progress } from '../../api/analysis'
import { ApiError } from '../../api/client'
import { setActor } from '../../api/edits'
import { refusedOf, trenchPlans as calls, whyNotTaken, type OwnPlannedTrench, type OwnTrenchPlan, type PlannedTrench, type RefusedReply, type ReplyOrder, type TrenchPlan, type TrenchPlanDetail } from '../../api/trench_plans'
import { isKey, type Key } from '../../i18n'
import { app } from '../../state/app.svelte'
import { keepActor, keptActor } from '../edit/kept'
import { trenching } from './trenching.svelte'

interface Said {
  key: Key
  values?: Record<string, string | number>
}

/** Plans that are kept and agreed on: as the server has them, never further. */
class Planning {
  list = $state.raw<TrenchPlan[]>()
  detail = $state.raw<TrenchPlanDetail>()
  /** To an operator: the plans that it has a part in. */
  own = $state.raw<OwnTrenchPlan[]>()
  trenchId = $state<number>()
  /** The name that stands in the history, as editing keeps it. */
  actor = $state(keptActor(localStorage))
  isBusy = $state(false)
  progress = $state.raw<Progress>()
  failure = $state.raw<unknown>()
  said = $state.raw<Said>()
  /** What stood against the last replies of several at once. */
  refused = $state.raw<RefusedReply[]>([])
  #run: AbortController | undefined
  /** For whom this is. */
  #who = ''

  readonly trenches: PlannedTrench[] = $derived(this.detail?.planned_trenches ?? [])
  readonly ownTrenches: OwnPlannedTrench[] = $derived(this.own?.flatMap(({ planned_trenches }) => planned_trenches) ?? [])
  readonly ownTrench = $derived(this.ownTrenches.find(({ trench_id }) => trench_id === this.trenchId))
  readonly trench = $derived(this.trenches.find(({ trench_id }) => trench_id === this.trenchId))
  readonly isOperator = $derived(!app.isPublic && app.session?.viewer === 'operator')
  /** A body reads what lies in its area. */
  readonly isBody = $derived(!app.isPublic && app.session?.viewer === 'body')
  /** Somebody was faster: what is shown now is what the server has. */
  readonly wasFaster = $derived(this.failure instanceof ApiError && this.failure.kind === 'version-conflict')

  /** Why something was not done, in the user's words. */
  get explained(): string {
    if (this.wasFaster) return app.t('planFaster')
    const key = `planNotTaken.${whyNotTaken(this.failure)}`
    return isKey(key) ? app.t(key) : app.explain(this.failure)
  }

  async read(): Promise<void> {
    const who = `${app.session?.viewer} ${app.session?.speaks_for}`
    if (this.#who !== who) {
      // What one was told is not for the next.
      ;[this.list, this.detail, this.own, this.trenchId, this.failure, this.said, this.refused] = [undefined, undefined, undefined, undefined, undefined, undefined, []]
      this.#who = who
    }
    try {
      if (this.isOperator) {
        this.own = await calls.own()
        return
      }
      this.list = await calls.list()
      if (this.detail) this.detail = await calls.find(this.detail.trench_plan_id)
    } catch (error) {
      this.failure = error
    }
  }

  async open(id: number | undefined): Promise<void> {
    ;[this.detail, this.trenchId, this.failure, this.said] = [undefined, undefined, undefined, undefined]
    trenching.choose(undefined)
    if (id === undefined) return this.read()
    try {
      this.detail = await calls.find(id)
    } catch (error) {
      this.failure = error
    }
  }

  /** Does something; what somebody else did meanwhile is read and shown, and nothing is written over. */
  async #do(work: (signal: AbortSignal) => Promise<TrenchPlanDetail | undefined>, said: Said): Promise<boolean> {
    if (this.isBusy) return false
    const { signal } = (this.#run = new AbortController())
    ;[this.isBusy, this.progress, this.failure, this.said] = [true, undefined, undefined, undefined]
    setActor(this.actor.trim())
    if (this.actor.trim()) keepActor(localStorage, this.actor.trim())
    try {
      const detail = await work(signal)
      this.detail = detail
      this.said = said
      this.list = await calls.list()
      return true
    } catch (error) {
      if (signal.aborted) this.said = { key: 'planCancelled' }
      else this.failure = error
      if (this.wasFaster) await this.#catchUp()
      return false
    } finally {
      this.isBusy = false
    }
  }

  async #catchUp(): Promise<void> {
    const { detail } = this
    if (detail) this.detail = await calls.find(detail.trench_plan_id).catch((error: unknown) => this.#keep(detail, error))
  }

  cancel(): void {
    this.#run?.abort()
  }

  keep(name: string): Promise<boolean> {
    const tell = (progress: Progress) => (this.progress = progress)
    return this.#do(async (signal) => (await calls.keep(name, trenching.order(), tell, signal)).plan, { key: 'planKept', values: { name } })
  }

  offer(plan: TrenchPlanDetail): Promise<boolean> {
    return this.#do(async () => (await calls.offer(plan.trench_plan_id, plan.version)).plan, { key: 'planOffered' })
  }

  close(plan: TrenchPlanDetail): Promise<boolean> {
    return this.#do(async () => (await calls.close(plan.trench_plan_id, plan.version)).plan, { key: 'planClosed' })
  }

  replan(plan: TrenchPlanDetail): Promise<boolean> {
    const tell = (progress: Progress) => (this.progress = progress)
    return this.#do(async (signal) => (await calls.replan(plan.trench_plan_id, plan.version, tell, signal)).plan, { key: 'planReplanned' })
  }

  delete(plan: TrenchPlanDetail): Promise<boolean> {
    return this.#do(
      async () => {
        await calls.delete(plan.trench_plan_id, plan.version)
        return undefined
      },
      { key: 'planDeleted', values: { name: plan.name } },
    )
  }

  reply(trench: PlannedTrench, order: Omit<ReplyOrder, 'version'>): Promise<boolean> {
    const reply = (id: number) => calls.reply(id, trench.trench_id, { ...order, version: trench.version })
    return this.#onTrench(reply, { key: `planReplied.${order.reply}`, values: { operator: order.operator } })
  }

  /** An operator replies for itself. */
  async replyOwn(trench: OwnPlannedTrench, order: Omit<ReplyOrder, 'version' | 'operator'>): Promise<boolean> {
    ;[this.isBusy, this.failure, this.said] = [true, undefined, undefined]
    try {
      await calls.replyOwn(trench.trench_id, { ...order, version: trench.version })
      this.said = { key: `planReplied.${order.reply}`, values: { operator: app.session?.speaks_for ?? '' } }
      return true
    } catch (error) {
      this.failure = error
      return false
    } finally {
      await this.#readOwn()
      this.isBusy = false
    }
  }

  /** What it is now. Where that cannot be read the last list stays, and why is told beside it. */
  async #readOwn(): Promise<void> {
    this.own = await calls.own().catch((error: unknown) => this.#keep(this.own, error))
  }

  #keep<T>(last: T, error: unknown): T {
    this.failure ??= error
    return last
  }

  /** An operator accepts several trenches in one step; what stands against it is told of each, and none is taken. */
  async acceptOwn(trenches: OwnPlannedTrench[]): Promise<boolean> {
    ;[this.isBusy, this.failure, this.said, this.refused] = [true, undefined, undefined, []]
    try {
      await calls.acceptOwn(trenches)
      this.said = { key: 'planAcceptedAll', values: { n: trenches.length } }
      return true
    } catch (error) {
      this.refused = refusedOf(error)
      if (this.refused.length === 0) this.failure = error
      return false
    } finally {
      await this.#readOwn()
      this.isBusy = false
    }
  }

  lead(trench: PlannedTrench, operator: string): Promise<boolean> {
    return this.#onTrench((id) => calls.lead(id, trench.trench_id, operator, trench.version), { key: 'planLed', values: { operator } })
  }

  withdraw(trench: PlannedTrench, reason: string): Promise<boolean> {
    return this.#onTrench((id) => calls.withdraw(id, trench.trench_id, reason, trench.version), { key: 'planWithdrawn' })
  }

  #onTrench(work: (id: number) => Promise<unknown>, said: Said): Promise<boolean> {
    const { detail } = this
    if (!detail) return Promise.resolve(false)
    return this.#do(async () => {
      await work(detail.trench_plan_id)
      return calls.find(detail.trench_plan_id)
    }, said)
  }

  choose(id: number | undefined): void {
    this.trenchId = id
    trenching.choose(undefined)
    if (id !== undefined) app.deselect()
  }
}

export const planning = new Planning()
