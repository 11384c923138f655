import type { Feature, Layer } from '../../api/client'
import { isSame, type Shape } from '../../map/editing/shape'
import { readField, textOf } from './checks'
import { fieldsOf, shapeSeen, type Draft } from './draft'
import { begin } from './steps'

export type Side = 'mine' | 'theirs'

/** Something of a feature that a colleague changed meanwhile. */
export interface Difference {
  /** A field, or `geometry`. */
  name: string
  isMineChanged: boolean
  /** Field values as texts; of a geometry there are none. */
  before: string
  theirs: string
  mine: string
}

/** What a colleague changed while a draft was open, and made other than mine. */
export function differences(layer: Layer, { base, steps: { now } }: Draft, theirs: Feature): Difference[] {
  if (!base) return []
  const [before, after] = [fieldsOf(layer, base), fieldsOf(layer, theirs)]
  const found: Difference[] = []
  for (const field of layer.fields) {
    const text = now.fields[field.name] ?? ''
    const read = readField(field, text)
    const mine = read.fault ? text : textOf(read.value)
    const [was = '', is = ''] = [before[field.name], after[field.name]]
    if (is === was || is === mine) continue
    found.push({ name: field.name, isMineChanged: mine !== was, before: was, theirs: is, mine })
  }
  const [was, is] = [shapeSeen(base), shapeSeen(theirs)]
  if (!isSame(was, is) && !isSame(is, now.shape)) {
    found.push({ name: 'geometry', isMineChanged: !isSame(was, now.shape), before: '', theirs: '', mine: '' })
  }
  return found
}

/** What is taken where nobody needs to choose: a colleague's change of what I left alone. */
export function settled(found: Difference[]): Record<string, Side> {
  return Object.fromEntries(found.filter((one) => !one.isMineChanged).map(({ name }) => [name, 'theirs' as const]))
}

/** The draft upon the feature as it is now. Everything that differs must have been chosen. */
export function rebase(layer: Layer, draft: Draft, theirs: Feature, chosen: Record<string, Side>): Draft {
  const { fields, shape, sketch } = draft.steps.now
  const after = fieldsOf(layer, theirs)
  const takes = (name: string) => chosen[name] === 'theirs'
  const merged = layer.fields.map(({ name }) => [name, (takes(name) ? after[name] : fields[name]) ?? ''] as const)
  const mergedShape: Shape | undefined = takes('geometry') ? shapeSeen(theirs) : shape
  return { ...draft, base: theirs, steps: begin({ fields: Object.fromEntries(merged), shape: mergedShape, sketch }) }
}
