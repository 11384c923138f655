import type { Key } from '../../i18n'

export interface Format {
  id: string
  /** Its name, the same in every language. */
  name: string
  /** What it loses or wants to be known. */
  note: Key
  hasEncoding?: boolean
  /** A table may do without the column of the shape. */
  isTable?: boolean
  /** Geometry only. */
  isDrawing?: boolean
  /** WGS-84 degrees by definition. */
  isDegreesOnly?: boolean
}

/** Every format of the server; those that offices ask for first. */
export const FORMATS: Format[] = [
  { id: 'gpkg', name: 'GeoPackage (.gpkg)', note: 'formatGpkg' },
  { id: 'shp', name: 'Shapefile (.zip)', note: 'formatShp', hasEncoding: true },
  { id: 'xlsx', name: 'Excel (.xlsx)', note: 'formatXlsx', isTable: true },
  { id: 'csv', name: 'CSV (.csv)', note: 'formatCsv', hasEncoding: true, isTable: true },
  { id: 'dxf', name: 'AutoCAD DXF (.dxf)', note: 'formatDxf', isDrawing: true },
  { id: 'kml', name: 'KML (.kml)', note: 'formatKml', isDegreesOnly: true },
  { id: 'geojson', name: 'GeoJSON (.geojson)', note: 'formatGeojson' },
  { id: 'fgb', name: 'FlatGeobuf (.fgb)', note: 'formatFgb' },
]
