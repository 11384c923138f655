import { answer, client, withViewer } from './client'
import { named } from './edits'
import type { SchemeEdit } from './schemes'
import type { components } from './schema'

type Schemas = components['schemas']
export type CheckAnswer = Schemas['CheckAnswer']
export type Check = Schemas['Check']
export type Sheet = Schemas['SheetAnswer']
export type Phases = Schemas['PhasesAnswer']
export type EligibilityAnswer = Schemas['EligibilityAnswer']
export type Eligibility = Schemas['Eligibility']
export type Finding = Schemas['Finding']
export type Verdict = Finding['verdict']

/** What the server works out of a scheme. */
export const schemeAnswers = {
  /** What edits would make and what is wrong with it; without edits of the scheme as it is. */
  check: (scheme_id: number, edits: SchemeEdit[], signal: AbortSignal) =>
    answer<CheckAnswer>(
      client.POST('/api/schemes/{scheme_id}/check', { params: { path: { scheme_id } }, body: { edits } as Schemas['CheckOrder'], signal }),
    ),
  sheet: (scheme_id: number, precinct_id: number) =>
    answer<Sheet>(client.GET('/api/schemes/{scheme_id}/precincts/{precinct_id}/sheet', { params: { path: { scheme_id, precinct_id } } })),
  /** Where the same sheet is as a workbook. */
  workbook: (scheme_id: number, precinct_id: number) => withViewer(`/api/schemes/${scheme_id}/precincts/${precinct_id}/sheet?f=xlsx`),
  phases: (scheme_id: number) => answer<Phases>(client.GET('/api/schemes/{scheme_id}/phases', { params: { path: { scheme_id } } })),
  eligibility: () => answer<EligibilityAnswer>(client.GET('/api/eligibility')),
  /** Decides on one criterion of one community. */
  decide: (community_id: number, criterion: string, verdict: string, reason: string) =>
    answer<undefined>(
      client.PUT('/api/eligibility/{community_id}/{criterion}', { params: { path: { community_id, criterion } }, body: { verdict, reason }, ...named() }),
    ),
  undecide: (community_id: number, criterion: string) =>
    answer<undefined>(client.DELETE('/api/eligibility/{community_id}/{criterion}', { params: { path: { community_id, criterion } }, ...named() })),
}
