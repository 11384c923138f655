import { api } from '../api/client'
import type { App } from './app.svelte'

const EVERY_MS = 4000

/**
 * Follows the city's revision while the page is seen: on a change the tiles and counts are asked for
 * again. Returns what ends it.
 */
export function follow(app: App): () => void {
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look(): Promise<void> {
    if (!document.hidden) {
      try {
        const before = app.readiness?.revision ?? app.city?.revision
        const now = await api.readiness()
        app.readiness = now
        app.isOffline = false
        if (before !== undefined && now.revision !== before) {
          app.map?.refresh()
          await app.reload()
        }
      } catch {
        // Shown as a banner; the next look may succeed.
        app.isOffline = true
      }
    }
    if (!isOver) timer = setTimeout(() => void look(), EVERY_MS)
  }

  void look()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
