/** What was, is and would be again: undo as kept values. */
export interface Steps<T> {
  past: readonly T[]
  now: T
  future: readonly T[]
  /** What the last step was about; further ones about the same are part of it. */
  about: string
}

const MOST = 300

export function begin<T>(now: T): Steps<T> {
  return { past: [], now, future: [], about: '' }
}

/** The next value. Steps `about` the same thing in a row, as letters of one word, are taken back together. */
export function step<T>({ past, now, about: last }: Steps<T>, next: T, about = ''): Steps<T> {
  const isSameStep = about !== '' && about === last
  return { past: isSameStep ? past : [...past, now].slice(-MOST), now: next, future: [], about }
}

/** Ends what the last step was about: the next one is a step of its own. */
export function settle<T>(steps: Steps<T>): Steps<T> {
  return { ...steps, about: '' }
}

export function back<T>(steps: Steps<T>): Steps<T> {
  const before = steps.past.at(-1)
  if (before === undefined) return steps
  return { past: steps.past.slice(0, -1), now: before, future: [steps.now, ...steps.future], about: '' }
}

export function forward<T>(steps: Steps<T>): Steps<T> {
  const [next, ...future] = steps.future
  if (next === undefined) return steps
  return { past: [...steps.past, steps.now], now: next, future, about: '' }
}
