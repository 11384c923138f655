import type { Field, Layer } from '../../api/client'
import type { ColumnReport } from '../../api/imports'

/** Which column fills a field, and what fills it where rows have no value of their own. */
export interface Mapping {
  /** Field to column. */
  columns: Record<string, string>
  /** Field to value. */
  constants: Record<string, string>
}

/** Names compare without regard to case, blanks and punctuation, as the server compares them. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/**
 * The layer that a file seems to hold: the one that its name names, else the one most of whose fields are
 * among the columns. Nothing when none stands out; the layer is then asked for.
 */
export function guessLayer(layers: Layer[], file: string, columns: string[]): string | undefined {
  const name = plain(file.replace(/\.[^.]*$/, ''))
  const named = layers.filter((layer) =>
    [layer.id, layer.plural, layer.title.zh, layer.title.en].some((title) => name.includes(plain(title))),
  )
  if (named.length === 1) return named[0]?.id
  const known = new Set(columns.map(plain))
  const isKnown = (field: Field) => [field.name, field.title.zh, field.title.en].some((title) => known.has(plain(title)))
  const scores = layers
    .map((layer) => ({ id: layer.id, score: layer.fields.filter(isKnown).length }))
    .sort((a, b) => b.score - a.score)
  const [first, second] = scores
  return first && first.score > (second?.score ?? 0) ? first.id : undefined
}

/** What is read from a column without filling a field: the shape, or what a survey's checks need. */
const isNoField = (field: string | null) => field === 'geometry' || field === 'check'

/** The mapping that the server found by itself. */
export function guessedMapping(columns: ColumnReport[]): Mapping {
  const found = columns.filter(({ field }) => field !== null && !isNoField(field))
  return { columns: Object.fromEntries(found.map(({ field, column }) => [field, column])), constants: {} }
}

/** Puts a column on a field. A column fills one field only: it leaves the one that it filled before. */
export function assign(mapping: Mapping, field: string, column: string): Mapping {
  const columns = Object.fromEntries(
    Object.entries(mapping.columns).filter(([other, held]) => other !== field && held !== column),
  )
  if (column) columns[field] = column
  return { ...mapping, columns }
}

/** The mapping as the server takes it: every column is named, those left out as well, so that it guesses nothing. */
export function readingMap(mapping: Mapping, columns: ColumnReport[]): Record<string, string> {
  const fieldOf = new Map(Object.entries(mapping.columns).map(([field, column]) => [column, field]))
  const said = columns
    .map(({ column, field }) => [column, fieldOf.get(column) ?? '', field] as const)
    // A column of coordinates, or one for the checks, that fills no field needs no word.
    .filter(([, to, field]) => to !== '' || !isNoField(field))
  return Object.fromEntries(said.map(([column, to]) => [column, to]))
}

/** Required fields that nothing fills yet. */
export function missing(fields: Field[], mapping: Mapping): Field[] {
  return fields.filter(
    ({ name, is_required }) => is_required && !mapping.columns[name] && !mapping.constants[name]?.trim(),
  )
}

/** Values that stand in for required fields nobody has mapped yet, so that shapes can be looked at before. */
export function placeholders(fields: Field[]): Record<string, string> {
  const value = ({ type, choices }: Field) => {
    if (type === 'choice') return choices[0]?.code ?? ''
    if (type === 'boolean') return 'true'
    if (type === 'date') return '2000-12-31'
    return type === 'text' ? '?' : '1'
  }
  return Object.fromEntries(fields.filter((field) => field.is_required).map((field) => [field.name, value(field)]))
}
