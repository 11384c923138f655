import type { Editing } from './editing.svelte'

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const WIDE_STEP = 10

/**
 * The keys of editing, before any other part of the page has them. `placeAtCross` puts a vertex where the
 * cross in the middle of the map is.
 */
export function onEditKey(event: KeyboardEvent, editing: Editing, placeAtCross: () => void): void {
  const { target } = event
  if (event.isComposing || !(target instanceof HTMLElement) || target.closest('dialog')) return
  if (act(event, target, editing, placeAtCross)) {
    event.preventDefault()
    event.stopPropagation()
  }
}

/** True when the key was taken. */
function act(event: KeyboardEvent, target: HTMLElement, editing: Editing, placeAtCross: () => void): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (event.ctrlKey || event.metaKey) return command(key, event.shiftKey, editing)
  if (event.altKey) return false
  const isTyping = target.closest('input:not([type=checkbox]), select, textarea') !== null
  if (key === 'Escape') return escape(editing) || (isTyping && leave(target))
  if (isTyping) return false
  const isOnMap = target === document.body || target.closest('.maplibregl-map') !== null
  if (editing.sketch) {
    if (key === 'Backspace') editing.takeBackPlace()
    else if (key === 'Enter' && isOnMap) editing.finish()
    else if (key === ' ' && isOnMap) placeAtCross()
    else return false
    return true
  }
  if (key === '[' || key === ']') editing.chooseNext(key === ']' ? 1 : -1)
  else if ((key === 'Delete' || key === 'Backspace') && editing.chosen) editing.removeVertex(editing.chosen)
  else if (key === 'Insert' && editing.chosen) editing.insertAfter(editing.chosen)
  else {
    const arrow = ARROWS[key]
    const step = event.shiftKey ? WIDE_STEP : 1
    return arrow !== undefined && editing.nudge(arrow[0] * step, arrow[1] * step)
  }
  return true
}

function command(key: string, isShifted: boolean, editing: Editing): boolean {
  if (key === 'z') isShifted ? editing.redo() : editing.undo()
  else if (key === 'y') editing.redo()
  else if (key === 's') void editing.save()
  else return false
  return true
}

/** Out of a field to the panel around it: what was typed must not vanish with a key that is pressed in passing. */
function leave(target: HTMLElement): boolean {
  const around = target.closest<HTMLElement>('[role=group][tabindex]')
  around?.focus()
  return around !== null
}

/** Ends what is uppermost; the panel itself is closed by the page. */
function escape(editing: Editing): boolean {
  if (editing.sketch) editing.cancelSketch()
  else if (editing.toolId) editing.closeTool()
  else if (editing.isMovingWhole) editing.isMovingWhole = false
  else if (editing.chosen) editing.choose(undefined)
  else if (editing.isResolving) editing.isResolving = false
  else return false
  return true
}
