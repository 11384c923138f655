import type { zhBasemap } from './zh_basemap'

export const enBasemap: Record<keyof typeof zhBasemap, string> = {
  basemapTitle: 'Basemap',
  basemapNone: 'None',
  basemapOpacity: 'Opacity',
  basemapNote: 'A basemap comes from its own provider and does not change with the data here.',
  basemapMissing: 'The basemap does not come: check the network or the key. The city’s own data are shown as ever.',
}
