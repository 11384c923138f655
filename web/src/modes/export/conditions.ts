import type { Field } from '../../api/client'
import type { Key } from '../../i18n'

/** What a field is compared by. */
export type Comparison = 'eq' | 'ne' | 'ge' | 'le' | 'contains' | 'begins' | 'unknown' | 'known'

/** One line of the simple conditions, as it was typed. */
export interface Condition {
  field: string
  comparison: Comparison
  value: string
}

export const COMPARISONS: Record<Comparison, Key> = {
  eq: 'exportIs',
  ne: 'exportIsNot',
  ge: 'exportAtLeast',
  le: 'exportAtMost',
  contains: 'exportContains',
  begins: 'exportBegins',
  unknown: 'exportUnknown',
  known: 'exportKnown',
}

/** The comparisons that make sense for a field. */
export function comparisonsOf(field: Field): Comparison[] {
  switch (field.type) {
    case 'text':
      return ['contains', 'eq', 'begins', 'unknown', 'known']
    case 'choice':
      return ['eq', 'ne', 'unknown', 'known']
    case 'boolean':
      return ['eq', 'unknown', 'known']
    default:
      return ['ge', 'le', 'eq', 'ne', 'unknown', 'known']
  }
}

export const needsValue = ({ comparison }: Condition) => comparison !== 'unknown' && comparison !== 'known'

/** Whether a condition says something that its field can be compared by. */
export function isComplete(condition: Condition, field: Field): boolean {
  return conditionText(condition, field) !== undefined
}

/** A condition in CQL2, or nothing while its value cannot be read. */
export function conditionText(condition: Condition, field: Field): string | undefined {
  const name = `"${field.name}"`
  if (condition.comparison === 'unknown') return `${name} IS NULL`
  if (condition.comparison === 'known') return `${name} IS NOT NULL`
  const typed = condition.value.trim()
  if (typed === '') return undefined
  if (condition.comparison === 'contains') return `${name} LIKE ${quoted(`%${literal(typed)}%`)}`
  if (condition.comparison === 'begins') return `${name} LIKE ${quoted(`${literal(typed)}%`)}`
  const value = valueText(typed, field)
  const sign = { eq: '=', ne: '<>', ge: '>=', le: '<=' }[condition.comparison]
  return value === undefined ? undefined : `${name} ${sign} ${value}`
}

/** All conditions together; nothing when one of them cannot be read, the empty text when there is none. */
export function filterText(conditions: Condition[], fields: Field[], isAny: boolean): string | undefined {
  const texts: string[] = []
  for (const condition of conditions) {
    const field = fields.find(({ name }) => name === condition.field)
    const text = field && conditionText(condition, field)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts.join(isAny ? ' OR ' : ' AND ')
}

function valueText(typed: string, { type }: Field): string | undefined {
  switch (type) {
    case 'integer':
    case 'number':
    case 'money': {
      const n = Number(typed)
      return Number.isFinite(n) ? plain(n) : undefined
    }
    case 'boolean':
      return typed === 'true' || typed === 'false' ? typed.toUpperCase() : undefined
    case 'date':
      return /^\d{4}-\d{2}-\d{2}$/.test(typed) ? `DATE('${typed}')` : undefined
    default:
      return quoted(typed)
  }
}

/** Without an exponent up to where a field of ours can go. */
const plain = (n: number) => (Math.abs(n) < 1e21 ? n.toFixed(10).replace(/\.?0+$/, '') : String(n))
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
/** A text that LIKE takes letter by letter. */
const literal = (text: string) => text.replace(/[\\%_]/g, '\\$&')
