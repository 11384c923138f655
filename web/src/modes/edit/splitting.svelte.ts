import type { Field } from '../../api/client'
import type { Change } from '../../api/edits'
import { splitProperties, type Properties } from '../../geometry/heirs'
import { areaGeometry, areasOf, lineGeometry, linesOf } from '../../geometry/parts'
import { splitAreas, type NoSplit } from '../../geometry/split_area'
import { splitLines, splitLinesAt } from '../../geometry/split_line'
import { fromGeometry, toGeometry, type Place, type Shape } from '../../map/editing/shape'
import { lengthM, ringSize } from '../../map/measure'
import type { Key } from '../../i18n'
import { app } from '../../state/app.svelte'
import { readField, textOf, type Fault } from './checks'
import { changeOf, faultsOf, type Draft } from './draft'
import { editing } from './editing.svelte'
import { begin } from './steps'

const REASONS: Record<NoSplit, Key> = {
  misses: 'splitMisses',
  ends_inside: 'splitEndsInside',
  only_touches: 'splitOnlyTouches',
  hangs_together: 'splitHangsTogether',
  no_line: 'splitNoLine',
}

/** A feature that has been cut, before the pieces are saved: which of them stays the feature, and what each is told. */
class Splitting {
  pieces = $state.raw<Shape[]>([])
  /** The piece that keeps the feature's number and history. */
  keeper = $state(0)
  /** The fields of each piece as they are typed. */
  fields = $state.raw<Record<string, string>[]>([])
  shared = $state.raw<string[]>([])
  cleared = $state.raw<string[]>([])

  readonly faults: Record<string, Fault>[] = $derived(
    editing.layer ? this.fields.map((fields) => faultsOf(editing.layer!, { fields })) : [],
  )
  /** What is asked of each piece: its name, what counts, what is required, and what stands for one feature alone. */
  readonly asked: Field[] = $derived(
    (editing.layer?.fields ?? []).filter(
      ({ name, role }) => name === editing.layer?.label_field || this.shared.includes(name) || (role === 'identifier' && this.cleared.includes(name)),
    ),
  )

  /** Cuts the open shape; of a line also at a place. Says why when it cannot be cut so. */
  cut(places: Place[], reachDeg: number): void {
    const { shape, faults } = editing
    if (!shape) return
    editing.cancelSketch()
    if (Object.keys(faults).length > 0) return editing.say('editFaultsFirst')
    const geometry = toGeometry(shape)
    if (shape.kind === 'area') {
      const split = splitAreas(areasOf(geometry), places)
      if ('reason' in split) editing.say(REASONS[split.reason])
      else this.#take(split.pieces.map((areas) => fromGeometry(areaGeometry(areas))))
      return
    }
    const [at] = places
    const split = places.length === 1 && at ? splitLinesAt(linesOf(geometry), at, reachDeg) : splitLines(linesOf(geometry), places)
    if ('reason' in split) editing.say(split.reason === 'misses' ? 'splitMissesLine' : split.reason === 'hangs_together' ? 'splitOpens' : 'splitAtEnd')
    else this.#take(split.pieces.map((lines) => fromGeometry(lineGeometry(lines))))
  }

  #take(pieces: Shape[]): void {
    this.pieces = pieces
    this.#propose(0)
    editing.openTool('split')
    editing.pieces = pieces
  }

  keep(n: number): void {
    this.#propose(n)
  }

  #propose(keeper: number): void {
    const { layer, content } = editing
    if (!layer || !content) return
    const whole: Properties = {}
    for (const field of layer.fields) whole[field.name] = readField(field, content.fields[field.name] ?? '').value ?? null
    // The one that keeps the feature comes first for the proposal, and back to its place after it.
    const order = [keeper, ...this.pieces.map((_, n) => n).filter((n) => n !== keeper)]
    const proposal = splitProperties(layer.fields, whole, order.map((n) => sizeOf(this.pieces[n]!)))
    const texts = proposal.pieces.map((piece) => Object.fromEntries(layer.fields.map(({ name }) => [name, textOf(piece[name])])))
    this.fields = this.pieces.map((_, n) => texts[order.indexOf(n)] ?? {})
    this.keeper = keeper
    this.shared = proposal.shared
    this.cleared = proposal.cleared
  }

  type(piece: number, name: string, text: string): void {
    this.fields = this.fields.map((fields, n) => (n === piece ? { ...fields, [name]: text } : fields))
  }

  /** The sum of what is typed for a quantity, and what it was; nothing while something is no number. */
  sumOf(field: Field): { now: number; before: number } | undefined {
    const numbers = this.fields.map((fields) => readField(field, fields[field.name] ?? '').value)
    const before = editing.content && readField(field, editing.content.fields[field.name] ?? '').value
    if (before === undefined || before === null || numbers.some((n) => n === undefined || n === null)) return undefined
    const sum = numbers.reduce<number>((sum, n) => sum + Number(n), 0)
    return { now: Math.round(sum * 100) / 100, before: Number(before) }
  }

  get isSound(): boolean {
    return this.faults.every((faults) => Object.keys(faults).length === 0)
  }

  async save(): Promise<void> {
    const { draft, layer } = editing
    if (!draft?.base || !layer || !this.isSound) return
    const changes = this.pieces.map((shape, n): Change => {
      const now = { shape, fields: this.fields[n] ?? {} }
      const piece: Draft = { layer: draft.layer, kind: draft.kind, steps: begin(now) }
      return changeOf(layer, n === this.keeper ? { ...piece, base: draft.base } : piece)
    })
    const what = editing.nameOf(draft)
    if (await editing.commit(changes, app.t('splitMessage', { what, n: changes.length }))) {
      editing.done('splitSaved', { what, n: changes.length })
    }
  }
}

/** Square metres of an area, metres of a line. */
export function sizeOf({ kind, parts }: Shape): number {
  if (kind === 'line') return parts.reduce((sum, [line = []]) => sum + lengthM(line), 0)
  return parts.reduce(
    (sum, [outline = [], ...holes]) => holes.reduce((left, hole) => left - ringSize(hole).areaM2, sum + ringSize(outline).areaM2),
    0,
  )
}

export const splitting = new Splitting()
