import { boundsOfAll } from '../../map/bounds'
import { app } from '../../state/app.svelte'
import { isPhone } from '../../state/phone'
import { paddingOf } from '../../ui/padding'
import { geometriesOf, placeOfClash } from './on_map'
import { parts, type List } from './parts.svelte'
import { trenching, type Target } from './trenching.svelte'

/** Chooses something and flies to where it is. */
export function go(target: Target): void {
  trenching.choose(target)
  const { answer, workOf, streets, lines } = trenching
  if (!answer) return
  const clash = target.what === 'clash' ? answer.clashes[target.n] : undefined
  const at = clash && placeOfClash(clash, workOf, streets, lines)
  const geometries: GeoJSON.Geometry[] = at ? [{ type: 'Point', coordinates: at }] : geometriesOf(target, answer, workOf, streets)
  const features = geometries.map((geometry): GeoJSON.Feature => ({ type: 'Feature', geometry, properties: {} }))
  const bounds = boundsOfAll({ type: 'FeatureCollection', features })
  if (bounds) app.map?.flyTo(bounds, paddingOf(app))
}

const LIST_OF: Record<Target['what'], List> = { trench: 'trenches', work: 'works', clash: 'clashes', opportunity: 'opportunities', opening: 'openings' }

/** Chooses something on the map: its list shows it too. */
export function pick(target: Target): void {
  trenching.choose(target)
  // On a phone the card takes the place of the list.
  if (isPhone()) return
  const { operator } = parts.wanted
  if (parts.now === 'lists' && parts.list !== LIST_OF[target.what]) parts.showList(LIST_OF[target.what], { operator })
}

/** What a drawn feature of ours stands for. */
export function targetOf(properties: Record<string, unknown> | undefined): Target | undefined {
  const { what, n } = properties ?? {}
  if ((what !== 'trench' && what !== 'work' && what !== 'clash') || typeof n !== 'number') return undefined
  return { what, n }
}
