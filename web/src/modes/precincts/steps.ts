import type { SchemeStep } from '../../api/schemes'

type Step = Pick<SchemeStep, 'step' | 'kind' | 'back_to' | 'actor'>

/** Steps that leave outlines and members as they are. */
const OF_THE_SCHEME = ['rename', 'state']

export interface Ways {
  /** The step whose state holds now. */
  now: number | undefined
  /** What is taken back, and the step that this goes back to. */
  undo: { what: Step; to: number } | undefined
  redo: { what: Step; to: number } | undefined
}

/**
 * Where undo and redo lead, from the steps of a scheme, the newest first. Going back is itself a step of
 * the history; so which states were left, and in which order, is read from it, whoever made them.
 */
export function waysFrom(newestFirst: readonly Step[]): Ways {
  const known = new Map(newestFirst.map((step) => [step.step, step]))
  const past: number[] = []
  let future: number[] = []
  let now: number | undefined
  /** The state that a step left, for the steps that were not made by going back. */
  const states = new Map<number, number>()
  for (const { step, kind, back_to } of [...newestFirst].reverse()) {
    if (OF_THE_SCHEME.includes(kind)) {
      if (now !== undefined) states.set(step, now)
      continue
    }
    const target: number | undefined = back_to === null || back_to === undefined ? undefined : (states.get(back_to) ?? back_to)
    if (target === undefined) {
      if (now !== undefined) past.push(now)
      ;[now, future] = [step, []]
    } else if (future.at(-1) === target) {
      if (now !== undefined) past.push(now)
      now = future.pop()
    } else if (past.includes(target)) {
      while (now !== undefined && now !== target) {
        future.push(now)
        now = past.pop()
      }
    } else {
      // Beyond a step that was undone and left: as if it had been drawn anew.
      if (now !== undefined) past.push(now)
      ;[now, future] = [target, []]
    }
    states.set(step, now ?? step)
  }
  const [before, after] = [past.at(-1), future.at(-1)]
  const what = now === undefined ? undefined : known.get(now)
  const next = after === undefined ? undefined : known.get(after)
  return {
    now,
    undo: before !== undefined && what ? { what, to: before } : undefined,
    redo: after !== undefined && next ? { what: next, to: after } : undefined,
  }
}
