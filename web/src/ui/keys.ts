import type { App, Panel } from '../state/app.svelte'

const PANELS: Record<string, Panel> = { l: 'layers', s: 'statistics', m: 'measure', x: 'export', p: 'print', c: 'coverage', g: 'trenches' }

/** Shortcuts of one key, as the help sheet lists them; not while somebody types. */
export function onKey(event: KeyboardEvent, app: App): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
  if (event.key === 'Escape') {
    app.escape()
    return
  }
  const target = event.target
  if (target instanceof HTMLElement && target.closest('input:not([type=checkbox]), select, textarea')) return
  const panel = PANELS[event.key]
  if (event.key === '/') document.getElementById('search')?.focus()
  else if (event.key === '?') app.isHelpOpen = !app.isHelpOpen
  else if (event.key === 't') app.toggleTable()
  else if (event.key === 'i') app.openImport()
  else if (event.key === 'e') app.toggleEdit()
  else if (event.key === 'h') app.toggleHistory()
  else if (panel) app.togglePanel(panel)
  else return
  event.preventDefault()
}
