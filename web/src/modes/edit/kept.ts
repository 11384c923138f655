import { begin } from './steps'
import type { Draft } from './draft'

/** A draft waits in the browser, so that neither a reload nor a crash loses it; and the name that one edits under. */
const DRAFT = 'pianqu.edit.draft'
const ACTOR = 'pianqu.edit.actor'

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Keeps a draft, or that there is none. False when the browser keeps nothing. */
export function keepDraft(shelf: Shelf, draft: Draft | undefined): boolean {
  try {
    if (!draft) shelf.removeItem(DRAFT)
    else {
      const { layer, kind, base, steps } = draft
      shelf.setItem(DRAFT, JSON.stringify({ layer, kind, base, now: steps.now }))
    }
    return true
  } catch {
    return false
  }
}

/** The draft that was left. What cannot be read is as if there were none. */
export function keptDraft(shelf: Shelf): Draft | undefined {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(DRAFT) ?? 'null')
    if (!isKept(kept)) return undefined
    const { layer, kind, base, now } = kept
    return { layer, kind, base, steps: begin(now) }
  } catch {
    return undefined
  }
}

export function keepActor(shelf: Shelf, name: string): void {
  try {
    shelf.setItem(ACTOR, name)
  } catch {
    // It is asked again after a reload.
  }
}

export function keptActor(shelf: Shelf): string {
  try {
    return shelf.getItem(ACTOR) ?? ''
  } catch {
    return ''
  }
}

type Kept = Pick<Draft, 'layer' | 'kind' | 'base'> & { now: Draft['steps']['now'] }

function isKept(given: unknown): given is Kept {
  if (typeof given !== 'object' || given === null) return false
  const { layer, kind, base, now } = given as Record<string, unknown>
  if (typeof layer !== 'string' || !['point', 'line', 'area'].includes(String(kind))) return false
  if (base !== undefined && (typeof base !== 'object' || base === null || !('geometry' in base))) return false
  if (typeof now !== 'object' || now === null) return false
  const { fields, shape, sketch } = now as Record<string, unknown>
  const isShape = (one: unknown, list: string) =>
    one === undefined || (typeof one === 'object' && one !== null && Array.isArray((one as Record<string, unknown>)[list]))
  return typeof fields === 'object' && fields !== null && isShape(shape, 'parts') && isShape(sketch, 'places')
}
