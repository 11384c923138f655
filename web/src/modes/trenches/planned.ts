import type { PlannedTrenchState } from '../../api/trench_plans'

/** A sign says it again without colour. */
export const PLANNED_SIGNS: Record<PlannedTrenchState, string> = { proposed: '…', agreed: '✓', refused: '✕', withdrawn: '—' }
export const PLANNED_COLOURS: Record<PlannedTrenchState, string> = { proposed: '#24231f', agreed: '#2b7034', refused: '#a3174f', withdrawn: '#5f5a50' }
