import type { Language } from '../i18n'
import type { View } from '../map/city_map'

/** Everything that a link carries. What is absent is as it is at first. */
export interface Link {
  view?: View
  layers?: string[]
  selected?: { layer: string; id: number }
  language?: Language
  mode?: string
  isPublic?: boolean
}

/** `#map=14.20/30.12000/104.65000&layers=community,street&at=community/12&lang=en` */
export function writeLink(link: Link): string {
  const parts: string[] = []
  if (link.view) {
    const { zoom, lat, lon } = link.view
    parts.push(`map=${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`)
  }
  if (link.layers) parts.push(`layers=${link.layers.join(',')}`)
  if (link.selected) parts.push(`at=${link.selected.layer}/${link.selected.id}`)
  if (link.language) parts.push(`lang=${link.language}`)
  if (link.mode) parts.push(`mode=${link.mode}`)
  if (link.isPublic) parts.push('viewer=public')
  return `#${parts.join('&')}`
}

/** Reads a link; whatever cannot be read is as if absent. */
export function readLink(hash: string): Link {
  const given = new URLSearchParams(hash.replace(/^#/, ''))
  const link: Link = {}
  const [zoom, lat, lon] = (given.get('map') ?? '').split('/').map(Number)
  if (zoom !== undefined && lat !== undefined && lon !== undefined) {
    const isPlace = zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180
    if (isPlace) link.view = { zoom, lat, lon }
  }
  const layers = given.get('layers')
  if (layers !== null) link.layers = layers.split(',').filter((id) => /^[a-z_]+$/.test(id))
  const at = /^([a-z_]+)\/(\d+)$/.exec(given.get('at') ?? '')
  if (at) link.selected = { layer: at[1] ?? '', id: Number(at[2]) }
  const language = given.get('lang')
  if (language === 'zh' || language === 'en') link.language = language
  const mode = given.get('mode')
  if (mode === 'browse' || mode === 'edit') link.mode = mode
  if (given.get('viewer') === 'public') link.isPublic = true
  return link
}
