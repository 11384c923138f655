import type { Verdict } from '../ui/verdicts'

/** What can be looked for in the lists. Empty: anything. */
export interface Wanted {
  text: string
  /** An operator's name; `NOBODY`: works that name none. */
  operator: string
  kind: string
  verdict: string
}

/** No operator is called so: names have no line breaks. */
export const NOBODY = '\n'

/** Something of a list, with all that it can be found by. */
export interface Findable {
  texts: (string | null | undefined)[]
  operators: (string | undefined)[]
  kinds: string[]
  /** Of a work its state, of a clash its kind. */
  verdict: Verdict | string | undefined
}

export function isWanted(one: Findable, { text, operator, kind, verdict }: Wanted): boolean {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean)
  const all = one.texts.filter(Boolean).join('\n').toLowerCase()
  return (
    words.every((word) => all.includes(word)) &&
    (operator === '' || one.operators.some((name) => (name ?? NOBODY) === operator)) &&
    (kind === '' || one.kinds.includes(kind)) &&
    (verdict === '' || one.verdict === verdict)
  )
}
