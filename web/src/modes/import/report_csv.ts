import type { Report } from '../../api/imports'

/** Headings in the order of the columns. */
export interface Words {
  headings: string[]
  outcome: (outcome: 'mended' | 'refused') => string
  problem: (code: string, field: string) => string
  field: (name: string) => string
}

/** The rows of a report that were mended or refused, one line for each problem; Excel opens it as UTF-8. */
export function reportCsv(report: Report, words: Words): string {
  const lines = report.rows.flatMap((row) =>
    row.problems.map(({ code, field, value, reason }) => [
      String(row.row),
      row.id ?? '',
      words.outcome(row.outcome),
      words.field(field),
      value ?? '',
      words.problem(code, field),
      reason,
    ]),
  )
  return `\ufeff${[words.headings, ...lines].map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}

/** A text that a spreadsheet would take for a formula is made one that it does not. */
function cell(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+$/.test(text)
  const safe = isFormula ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
