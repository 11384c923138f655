import type { Fitting, Reading } from '../../api/imports'
import type { Key } from '../../i18n'

/** A choice is written as the server writes those that would fit: `crs EPSG:4544 --north-first`. */
export type CrsChoice = string

const NORTH_FIRST = ' --north-first'

export function choiceOf({ member, value }: Fitting): CrsChoice {
  return `${member} ${value}`
}

/** What the choice says to the server. The empty one leaves it to the file. */
export function readChoice(choice: CrsChoice): Pick<Reading, 'crs' | 'datum' | 'is_north_first'> {
  const isNorthFirst = choice.endsWith(NORTH_FIRST)
  const [member, value = ''] = choice.replace(NORTH_FIRST, '').split(' ')
  const north = isNorthFirst ? { is_north_first: true } : {}
  if (member === 'datum') return { datum: value, ...north }
  return value ? { crs: value, ...north } : north
}

/** Systems that files here come in, for the zone of the city. */
export function usualChoices(longitude: number): { choice: CrsChoice; title: Key; values: Record<string, number> }[] {
  const zone = Math.round(longitude / 3)
  const meridian = zone * 3
  return [
    { choice: 'crs EPSG:4490', title: 'crsDegrees', values: {} },
    { choice: 'datum gcj02', title: 'crsGcj02', values: {} },
    { choice: 'datum bd09', title: 'crsBd09', values: {} },
    { choice: `crs EPSG:${4534 + zone - 25}`, title: 'crsZone', values: { meridian } },
    { choice: `crs EPSG:${4513 + zone - 25}`, title: 'crsZoneNumber', values: { meridian, zone } },
    { choice: 'crs EPSG:3857', title: 'crsMercator', values: {} },
  ]
}

/** The server's reasons in the words of the interface. */
export const REASONS: Record<string, Key> = {
  'degrees in CGCS2000': 'whyDegrees',
  'degrees from a Chinese map service': 'whyGcj02',
  'degrees from Baidu': 'whyBd09',
  'the axes are swapped: north or latitude comes first': 'whySwapped',
  'six-digit easting: CGCS2000 3-degree zone without zone number': 'whySixDigits',
  'eight-digit easting that begins with the number of a 3-degree zone': 'whyThreeDegrees',
  'eight-digit easting that begins with the number of a 6-degree zone': 'whySixDegrees',
  'Web Mercator': 'whyMercator',
}
