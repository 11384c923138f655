import { ask, type Progress } from './analysis'

export const WEIGHTS = ['compactness', 'few_precincts', 'equal_size', 'shared_works', 'facility_gaps', 'similar_age'] as const
export type Weight = (typeof WEIGHTS)[number]
/** Every part of the objective, also one that only attributes bring in. */
export type Parts = Partial<Record<string, number>>

/** What is asked of a grouping; what is left out is as the server has it. */
export interface GroupingOrder {
  weights: Record<Weight, number>
  min_households?: number
  max_households?: number
  widest_walk_m?: number
  groups?: number
  same: 'responsible_body' | 'subdistrict_code' | 'none'
  must_together: number[][]
  must_apart: [number, number][]
  locked: number[][]
  proposals: number
  seed: number
  /** Only those of `eligible` take part; the others are left out with the reason. */
  eligible_only?: boolean
  eligible?: number[]
  eligibility_unknown?: number[]
}

export interface ProposedGroup {
  members: number[]
  is_locked: boolean
  households: number
  households_unknown: number
  widest_walk_m: number | null
  gaps: { name: string; households: number; left_without: number }[]
}

export interface Proposal {
  value: number
  parts: Parts
  groups: ProposedGroup[]
  differences: { from: number; pairs: number; information: number; moved: number; parts: Parts }[]
  placements?: Placement[]
}

/** Why a community is where it is. */
export interface Placement {
  id: number
  group: number
  neighbours_inside: number
  moves: { to: number; breaks: string[]; change: number }[]
}

export interface GroupingAnswer {
  revision?: number
  seed: number
  input_hash: string
  is_cut_short: boolean
  units: number
  most_groups: number
  fewest_groups: number
  gap: number | null
  is_proved_most: boolean
  proposals_wanted: number
  proposals: Proposal[]
  left_out: { id: number; why: string; constraint: string; detail: string; is_proved: boolean }[]
}

export const grouping = (order: GroupingOrder, tell: (progress: Progress) => void, signal: AbortSignal) =>
  ask<GroupingAnswer>('/api/analysis/grouping', order, tell, signal)
