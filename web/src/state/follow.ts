import { api, withViewer } from '../api/client'
import type { Box, Touched } from '../map/touched'
import type { App } from './app.svelte'

/** How often the server is asked whether all is well; changes are told by events. */
const LOOK_MS = 4000
/** Counts and names are asked for once after many changes. */
const RELOAD_MS = 400

interface RevisionEvent {
  revision: number
  layers: { layer: string; is_whole: boolean; boxes: Box[] }[]
}

/**
 * Follows the city while the page is seen: on a change just the tiles that it touched are asked for
 * again, and the counts. A hidden page lets go and catches up when it is seen again. Returns what ends it.
 */
export function follow(app: App): () => void {
  let isOver = false
  let stream: EventSource | undefined
  /** The viewer that the stream was opened for. */
  let isPublic = app.isPublic
  /** The last revision that the map knows of. */
  let told = app.city?.revision
  /** Events are not to be had, so changes are looked for. */
  let isRefused = false
  let looking: ReturnType<typeof setTimeout> | undefined
  let reloading: ReturnType<typeof setTimeout> | undefined

  function open(): void {
    isPublic = app.isPublic
    const since = told === undefined ? '' : `?since=${told}`
    const opened = new EventSource(withViewer(`/api/events${since}`))
    stream = opened
    opened.addEventListener('open', () => (isRefused = false))
    opened.addEventListener('revision', (message) => {
      const event = read(message)
      if (event.layers.length > 0) change(event.layers.map(touched))
    })
    opened.addEventListener('reset', (message) => {
      read(message)
      change(undefined)
    })
    opened.addEventListener('database', () => void look())
    // The browser comes back by itself unless the server refused; meanwhile the banner tells.
    opened.addEventListener('error', () => {
      if (opened.readyState !== EventSource.CLOSED) return void look()
      isRefused = true
      close()
    })
  }

  function close(): void {
    stream?.close()
    stream = undefined
  }

  function read(message: MessageEvent<string>): RevisionEvent {
    const event = JSON.parse(message.data) as RevisionEvent
    told = event.revision
    return event
  }

  function change(layers: Touched[] | undefined): void {
    app.map?.refresh(layers)
    for (const tell of app.watchers) tell(layers)
    reloading ??= setTimeout(() => {
      reloading = undefined
      // A reload that fails is tried again by the next change; whether the server is there, look() tells.
      app.reload().catch(() => void look())
    }, RELOAD_MS)
  }

  async function look(): Promise<void> {
    clearTimeout(looking)
    if (isOver) return
    if (document.hidden) return close()
    try {
      app.readiness = await api.readiness()
      app.isOffline = false
      const { revision } = app.readiness
      if (isRefused && revision !== told) change(undefined)
      if (isRefused) told = revision
      told ??= app.city?.revision ?? revision
      if (isPublic !== app.isPublic) close()
      if (!stream) open()
    } catch {
      // Shown as a banner; the next look may succeed.
      app.isOffline = true
    }
    clearTimeout(looking)
    if (!isOver) looking = setTimeout(() => void look(), LOOK_MS)
  }

  const onSeen = () => void look()
  document.addEventListener('visibilitychange', onSeen)
  void look()
  return () => {
    isOver = true
    document.removeEventListener('visibilitychange', onSeen)
    clearTimeout(looking)
    clearTimeout(reloading)
    close()
  }
}

function touched({ layer, is_whole, boxes }: RevisionEvent['layers'][number]): Touched {
  return { layer, boxes: is_whole ? undefined : boxes }
}
