/** Sources and drawn layers of the basemap begin so. */
export const BASEMAP = 'basemap'

export function basemapOf(id: string | undefined): boolean {
  return id?.startsWith(BASEMAP) ?? false
}
