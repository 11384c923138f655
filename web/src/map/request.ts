import type { RequestParameters } from 'maplibre-gl'
import { withViewer } from '../api/client'

/** Servers of basemaps that want to know which page asks: a key there is good for some pages only. */
const toldOfPage = new Set<string>()

export function tellPageTo(template: string): void {
  toldOfPage.add(new URL(template).origin)
}

/** A request of the map: ours says who is asking, another's never does. */
export function requestOf(url: string): RequestParameters {
  if (!URL.canParse(url)) return { url }
  const { origin } = new URL(url)
  if (origin === location.origin) return { url: withViewer(url) }
  // The origin alone: the rest of the address may say where somebody looks.
  return toldOfPage.has(origin) ? { url, referrerPolicy: 'strict-origin' } : { url }
}
