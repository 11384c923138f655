import type { WorkCopy } from '../../api/trench_plans'
import type { Lookup } from './told'

/** The works of a planned trench as they were when it was planned. */
export function copiesOf(works: WorkCopy[]): Lookup {
  const byId = new Map(works.map((work) => [work.work_id, work]))
  return (id) => {
    const work = byId.get(id)
    return (
      work && {
        name: work.name ?? work.code ?? undefined,
        operator: work.operator ?? undefined,
        diameterMm: work.diameter_mm ?? undefined,
        ducts: work.ducts ?? undefined,
        isDuctBank: work.burial === 'duct_bank',
      }
    )
  }
}
