import Copy from './Copy.svelte'
import { copying } from './copying.svelte'
import type { EditTool } from './tools'

/** Copies features of one layer to another; it needs no open feature and stands at the start. */
export const copy: EditTool = {
  id: 'copy',
  title: 'copyTool',
  canStart: ({ draft }) => draft === undefined,
  start: () => copying.begin(),
  onPick: (_, hits) => void copying.pick(hits),
  Panel: Copy,
}
