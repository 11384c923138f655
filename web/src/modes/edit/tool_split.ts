import { degreesPerPixel } from '../../geometry/snapping'
import { app } from '../../state/app.svelte'
import Split from './Split.svelte'
import { splitting } from './splitting.svelte'
import type { EditTool } from './tools'

/** How far from a line a click may cut it. */
const REACH_PX = 14

function reachDeg(latitude: number): number {
  return REACH_PX * degreesPerPixel(app.map?.view().zoom ?? 0, latitude)
}

/** Cuts an area along a drawn line. */
export const split: EditTool = {
  id: 'split',
  title: 'splitTool',
  hint: 'splitHint',
  canStart: ({ shape, draft }) => shape?.kind === 'area' && draft?.base !== undefined,
  start: (editing) => editing.draw('split', 'line'),
  onSketch: (_, places) => splitting.cut(places, reachDeg(places[0]?.[1] ?? 0)),
  Panel: Split,
}

/** Cuts a line at a place of it. */
export const splitAt: EditTool = {
  id: 'split-at',
  title: 'splitAtTool',
  hint: 'splitAtHint',
  canStart: ({ shape, draft }) => shape?.kind === 'line' && draft?.base !== undefined,
  start: (editing) => editing.draw('split-at', 'point'),
  onSketch: (_, places) => splitting.cut(places, reachDeg(places[0]?.[1] ?? 0)),
}

/** Cuts a line wherever a drawn line crosses it. */
export const splitByLine: EditTool = {
  id: 'split-by-line',
  title: 'splitByLineTool',
  hint: 'splitByLineHint',
  canStart: ({ shape, draft }) => shape?.kind === 'line' && draft?.base !== undefined,
  start: (editing) => editing.draw('split-by-line', 'line'),
  onSketch: (_, places) => splitting.cut(places, reachDeg(places[0]?.[1] ?? 0)),
}
