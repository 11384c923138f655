import type { Report, RowReport } from '../../api/imports'
import { csvOf } from '../../ui/csv'

/** Headings in the order of the columns. */
export interface Words {
  headings: string[]
  outcome: (row: RowReport) => string
  problem: (code: string, field: string) => string
  field: (name: string) => string
}

/** The rows of a report that were mended or refused, one line for each problem. */
export function reportCsv(report: Report, words: Words): string {
  const lines = report.rows.flatMap((row) =>
    row.problems.map(({ code, field, value, reason }) => [
      String(row.row),
      row.id ?? '',
      words.outcome(row),
      words.field(field),
      value ?? '',
      words.problem(code, field),
      reason,
      row.table ?? '',
    ]),
  )
  return csvOf([words.headings, ...lines])
}
