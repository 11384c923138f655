import type { Field } from '../../api/client'
import type { Value } from '../../api/edits'
import type { Key } from '../../i18n'

/** What is wrong with what somebody typed. */
export interface Fault {
  key: Key
  least?: number
  most?: number
  n?: number
}

export type Read = { value: Value; fault?: never } | { fault: Fault; value?: never }

/** Yuan below which sums stay, as on the server. */
const MOST_YUAN = 1e13

/** What a field's text means. Empty is «not known»; the server judges by the same rules. */
export function readField(field: Field, text: string): Read {
  const given = text.trim()
  if (given === '') return field.is_required ? { fault: { key: 'editFaultRequired' } } : { value: null }
  switch (field.type) {
    case 'text': {
      const n = [...given].length
      const most = field.max_length ?? Infinity
      return n > most ? { fault: { key: 'editFaultLength', most, n } } : { value: given }
    }
    case 'integer':
      return within(field, numberOf(given, /^[-+]?\d+$/), 'editFaultInteger')
    case 'number':
      return within(field, numberOf(given, /^[-+]?(\d+\.?\d*|\.\d+)$/), 'editFaultNumber')
    case 'money':
      return money(given)
    case 'boolean':
      return { value: given === 'true' }
    case 'date': {
      const value = dayOf(given)
      return value ? { value } : { fault: { key: 'editFaultDay' } }
    }
    case 'choice':
      return { value: given }
  }
}

/** What a person edits of a value. */
export function textOf(value: Value | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function within({ minimum, maximum }: Field, n: number | undefined, notANumber: Key): Read {
  if (n === undefined) return { fault: { key: notANumber } }
  const [least, most] = [minimum ?? -Infinity, maximum ?? Infinity]
  return n < least || n > most ? { fault: { key: 'editFaultBounds', least, most } } : { value: n }
}

/** Full-width digits and thousands separators are how people write, too; a comma elsewhere is no number. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s/g, '').replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
}

function numberOf(text: string, form: RegExp): number | undefined {
  const digits = plain(text)
  return form.test(digits) ? Number(digits) : undefined
}

function money(text: string): Read {
  const yuan = plain(text)
  const [, whole, decimals = ''] = /^(\d+)(?:\.(\d{0,2}))?$/.exec(yuan) ?? []
  if (whole === undefined) return { fault: { key: 'editFaultMoney' } }
  if (Number(yuan) >= MOST_YUAN) return { fault: { key: 'editFaultSum' } }
  return { value: `${whole}.${decimals.padEnd(2, '0')}` }
}

/** A day as the API writes it, from `2026-3-31`, `2026/3/31`, `2026.3.31` or `2026年3月31日`. */
function dayOf(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(plain(text)) ?? []
  if (!year || !month || !day) return undefined
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined
}
