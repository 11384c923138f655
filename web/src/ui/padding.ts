import type { App } from '../state/app.svelte'
import { isPhone } from '../state/phone'

/** Pixels at each edge of the map that panels cover: what is flown to lies in between. */
export function paddingOf(app: App): { left: number; right: number; top: number; bottom: number } {
  // The card takes 46 % at most, above a bar of 49 px; a wide panel a little more.
  const isWide = ['import', 'export', 'print', 'edit', 'coverage', 'precincts', 'trenches'].includes(app.panel ?? '')
  const covered = isWide ? 0.58 : 0.46
  if (isPhone()) return { left: 30, right: 30, top: 30, bottom: Math.round(innerHeight * covered) + 49 }
  const table = app.isTableOpen ? 300 : app.hasDrawer ? Math.round(innerHeight * 0.5) : 0
  // Beside an edit there are no details.
  const panel = isWide ? 470 : app.panel ? 340 : 60
  return { left: panel, right: app.panel === 'edit' ? 60 : app.panel === 'trenches' ? 460 : 380, top: 60, bottom: 60 + table }
}
