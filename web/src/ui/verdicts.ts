import type { components } from '../api/schema'

export type Verdict = components['schemas']['Verdict']

export const VERDICTS: Verdict[] = ['pass', 'fail', 'unknown', 'needs_review']
/** A sign says it again without colour. */
export const VERDICT_SIGNS: Record<Verdict, string> = { pass: '✓', fail: '✕', unknown: '?', needs_review: '!' }
export const VERDICT_COLOURS: Record<Verdict, string> = { pass: '#2b7034', fail: '#a3174f', unknown: '#5f5a50', needs_review: '#8a6100' }
