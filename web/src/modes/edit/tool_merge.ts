import Merge from './Merge.svelte'
import { merging } from './merging.svelte'
import type { EditTool } from './tools'

/** Makes the open feature and others of its layer one. */
export const merge: EditTool = {
  id: 'merge',
  title: 'mergeTool',
  canStart: ({ shape, draft }) => shape !== undefined && shape.kind !== 'point' && draft?.base !== undefined,
  start: () => merging.begin(),
  onPick: (_, hits) => void merging.pick(hits),
  Panel: Merge,
}
