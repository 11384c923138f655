type Value = string | number | boolean | null | undefined

const chinese = new Intl.Collator('zh-CN', { numeric: true })

/** Order of two values of one field: unknown last, numbers by size, text as a Chinese dictionary has it. */
export function compare(a: Value, b: Value): number {
  const isEmpty = (value: Value) => value === null || value === undefined || value === ''
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b))
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return chinese.compare(String(a), String(b))
}
