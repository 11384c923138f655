import type { Component } from 'svelte'
import type { Key } from '../../i18n'
import type { Hit } from '../../map/city_map'
import { addHole, addPart, type Place } from '../../map/editing/shape'
import type { Editing } from './editing.svelte'
import { copy } from './tool_copy'
import { merge } from './tool_merge'
import { split, splitAt, splitByLine } from './tool_split'

/**
 * Something that can be done to the shape that is open. A tool draws first (`editing.draw`, and then
 * `onSketch` is told what was drawn), or opens a panel of its own, or both.
 */
export interface EditTool {
  id: string
  title: Key
  /** Shown while it draws. */
  hint?: Key
  canStart(editing: Editing): boolean
  start(editing: Editing): void
  onSketch?(editing: Editing, places: Place[]): void
  /** Told of what is clicked while the tool is open. */
  onPick?(editing: Editing, hits: Hit[]): void
  /** Shown instead of the form while the tool is open. */
  Panel?: Component
}

const part: EditTool = {
  id: 'part',
  title: 'editAddPart',
  hint: 'editAddPartHint',
  canStart: ({ shape }) => shape !== undefined && shape.kind !== 'point',
  start: (editing) => editing.shape && editing.draw('part', editing.shape.kind),
  onSketch: (editing, places) => editing.shape && editing.reshape(addPart(editing.shape, places)),
}

const hole: EditTool = {
  id: 'hole',
  title: 'editAddHole',
  hint: 'editAddHoleHint',
  canStart: ({ shape }) => shape?.kind === 'area',
  start: (editing) => editing.draw('hole', 'area'),
  onSketch: (editing, places) => {
    const cut = editing.shape && addHole(editing.shape, places)
    if (cut) editing.reshape(cut)
    else editing.say('editHoleOutside')
  },
}

const move: EditTool = {
  id: 'move',
  title: 'editMoveWhole',
  canStart: ({ shape }) => shape !== undefined && shape.kind !== 'point',
  start: (editing) => editing.toggleMoving(),
}

/** In the order of their buttons. */
export const TOOLS: EditTool[] = [move, part, hole, split, splitAt, splitByLine, merge, copy]

export function toolOf(id: string | undefined): EditTool | undefined {
  return TOOLS.find((tool) => tool.id === id)
}
