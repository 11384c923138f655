import { answer, client, withViewer } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type StreetCalendar = Schemas['StreetCalendarAnswer']
export type StreetEntry = Schemas['StreetEntry']

export const streetCalendar = {
  find: (year: number, signal: AbortSignal) =>
    answer<StreetCalendar>(client.GET('/api/street-calendar', { params: { query: { year } }, signal })),
  /** Where it is as a file. */
  file: (year: number, format: 'csv' | 'xlsx') => withViewer(`/api/street-calendar?year=${year}&f=${format}`),
}
