import type { Key } from '../../i18n'

type Translate = (key: Key, values?: Record<string, string>) => string

/** How the server knows an encoding or a reference system: `EPSG:4544 (declared by the file)`. */
const SOURCES: Record<string, Key> = {
  'given with --crs': 'toldGiven',
  'degrees of the datum given with --datum': 'toldGiven',
  '--encoding': 'toldGiven',
  'declared by the file': 'toldDeclared',
  'declared by .cpg': 'toldCpg',
  'declared by the .dbf header': 'toldDbf',
  'declared by the XML': 'toldDeclared',
  'byte order mark': 'toldMark',
  'as the format demands': 'toldFormat',
  'no texts': 'toldNoTexts',
  'tried, as none is declared': 'toldTrial',
  'not declared, found by trial': 'toldTrial',
  'nothing but ASCII': 'toldAscii',
}

/** The server's note in the words of the interface, as far as they are known. */
export function told(note: string, t: Translate): string {
  const words = note.replace(/\(([^)]*)\)/, (whole, source: string) => (SOURCES[source] ? `(${t(SOURCES[source])})` : whole))
  return words.replace(/^gb18030\b/, 'GBK/GB18030').replace('; X is the northing', t('surveyNorthing'))
}

/** What the server takes to identify a row. */
export function toldKey(note: string, t: Translate): string {
  const column = /^column «(.+)» \(/.exec(note)?.[1]
  if (column !== undefined) return `“${column}”`
  if (note.startsWith('row number')) return t('importKeyRow')
  if (note === 'numbers of the two points') return t('surveyKey')
  return note.startsWith('content of the row') ? t('importKeyContent') : note
}
