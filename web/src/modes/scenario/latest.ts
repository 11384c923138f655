/**
 * Puts the newest question while older ones may still wait: one is under way at a time, of those that came
 * meanwhile only the last is put, and no answer is told after a newer one or after a stop.
 */
export class Latest<Q, A> {
  #waiting: { question: Q } | undefined
  #run: AbortController | undefined

  constructor(
    readonly ask: (question: Q, signal: AbortSignal) => Promise<A>,
    readonly tell: (answer: A, question: Q, ms: number) => void,
    readonly fail: (error: unknown, question: Q) => void,
    readonly now: () => number = () => performance.now(),
  ) {}

  get isBusy(): boolean {
    return this.#run !== undefined
  }

  put(question: Q): void {
    this.#waiting = { question }
    if (!this.#run) void this.#go()
  }

  /** Forgets what waits and what is under way. */
  stop(): void {
    this.#waiting = undefined
    this.#run?.abort()
    this.#run = undefined
  }

  async #go(): Promise<void> {
    const next = this.#waiting
    if (!next) return
    this.#waiting = undefined
    const run = (this.#run = new AbortController())
    const start = this.now()
    try {
      const answer = await this.ask(next.question, run.signal)
      if (this.#run === run) this.tell(answer, next.question, this.now() - start)
    } catch (error) {
      // What failed is told unless a newer question waits, whose answer will say more.
      if (this.#run === run && !this.#waiting) this.fail(error, next.question)
    }
    if (this.#run !== run) return
    this.#run = undefined
    void this.#go()
  }
}
