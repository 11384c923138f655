type Value = string | number | boolean | null | undefined

const chinese = new Intl.Collator('zh-CN', { numeric: true })

/** Order of two known values of one field: numbers by size, text as a Chinese dictionary has it. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return chinese.compare(String(a), String(b))
}
