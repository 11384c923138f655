import { begin } from './steps'
import type { Draft } from './draft'

/**
 * A draft waits in the browser, so that neither a reload nor a crash loses it; and the name that one edits under.
 * Each tab has a place of its own: two of them must not write over each other's draft.
 */
const DRAFT = 'pianqu.edit.draft.'
const ACTOR = 'pianqu.edit.actor'

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/** Keeps a tab's draft, or that there is none. False when the browser keeps nothing. */
export function keepDraft(shelf: Shelf, tab: string, draft: Draft | undefined): boolean {
  try {
    if (!draft) shelf.removeItem(DRAFT + tab)
    else {
      const { layer, kind, base, steps } = draft
      shelf.setItem(DRAFT + tab, JSON.stringify({ layer, kind, base, now: steps.now, at: Date.now() }))
    }
    return true
  } catch {
    return false
  }
}

/** The draft that a tab left. What cannot be read is as if there were none. */
export function keptDraft(shelf: Shelf, tab: string): Draft | undefined {
  const kept = readKept(shelf, DRAFT + tab)
  return kept && { layer: kept.layer, kind: kept.kind, base: kept.base, steps: begin(kept.now) }
}

/** The tab that left a draft last and is not among those that are alive. */
export function tabLeftBehind(shelf: Shelf, alive: ReadonlySet<string>): string | undefined {
  const keys = Array.from({ length: shelf.length }, (_, n) => shelf.key(n) ?? '').filter((key) => key.startsWith(DRAFT))
  const left = keys.flatMap((key) => {
    const [tab, kept] = [key.slice(DRAFT.length), readKept(shelf, key)]
    return kept && !alive.has(tab) ? [{ tab, at: kept.at ?? 0 }] : []
  })
  return left.sort((a, b) => b.at - a.at)[0]?.tab
}

function readKept(shelf: Shelf, key: string): Kept | undefined {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(key) ?? 'null')
    return isKept(kept) ? kept : undefined
  } catch {
    return undefined
  }
}

export function keepActor(shelf: Pick<Storage, 'setItem'>, name: string): void {
  try {
    shelf.setItem(ACTOR, name)
  } catch {
    // It is asked again after a reload.
  }
}

export function keptActor(shelf: Pick<Storage, 'getItem'>): string {
  try {
    return shelf.getItem(ACTOR) ?? ''
  } catch {
    return ''
  }
}

type Kept = Pick<Draft, 'layer' | 'kind' | 'base'> & { now: Draft['steps']['now']; at?: number }

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
