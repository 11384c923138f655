import type { App } from '../../state/app.svelte'
import { isPhone } from '../../state/phone'

/** The panel of drawing takes 40 % of a phone at most, above a bar of 49 px; elsewhere 400 px at the left. */
const COVERED_BELOW = 0.4
const BAR_PX = 49
const COVERED_LEFT_PX = 400
const TABLE_PX = 310

/** The pixel of the map that is aimed with: the middle of what no panel covers. */
export function crossAt(app: App): { x: number; y: number } {
  const { clientWidth = 0, clientHeight = 0 } = app.map?.map.getContainer() ?? {}
  if (isPhone()) return { x: clientWidth / 2, y: (clientHeight * (1 - COVERED_BELOW) - BAR_PX) / 2 }
  return { x: (clientWidth + COVERED_LEFT_PX) / 2, y: (clientHeight - (app.isTableOpen ? TABLE_PX : 0)) / 2 }
}
