import type { Mapping } from './mapping'
import { plain } from './mapping'

/** A mapping that somebody keeps for files with the same columns. */
export interface SavedMapping extends Mapping {
  name: string
  layer: string
  /** All columns of the file, sorted and plain: what a file must have for the mapping to fit. */
  signature: string
}

/** Kept in the browser of whoever may write; the public neither makes nor sees any. */
const PLACE = 'pianqu.import.mappings'
const MOST = 50

type Shelf = Pick<Storage, 'getItem' | 'setItem'>

export function signatureOf(columns: string[]): string {
  return columns.map(plain).sort().join('|')
}

/** All that are kept. What another version or a stranger left there and cannot be read is passed over. */
export function readSaved(shelf: Shelf): SavedMapping[] {
  try {
    const kept: unknown = JSON.parse(shelf.getItem(PLACE) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isSaved) : []
  } catch {
    return []
  }
}

/** Those that fit a file of these columns and a layer, the newest first. */
export function fitting(saved: SavedMapping[], layer: string, columns: string[]): SavedMapping[] {
  const signature = signatureOf(columns)
  return saved.filter((one) => one.layer === layer && one.signature === signature)
}

/** Keeps a mapping before the others, instead of one of the same name and layer. False when the browser keeps nothing. */
export function keep(shelf: Shelf, mapping: SavedMapping): boolean {
  const others = readSaved(shelf).filter(({ name, layer }) => name !== mapping.name || layer !== mapping.layer)
  try {
    shelf.setItem(PLACE, JSON.stringify([mapping, ...others].slice(0, MOST)))
    return true
  } catch {
    return false
  }
}

function isSaved(one: unknown): one is SavedMapping {
  if (typeof one !== 'object' || one === null) return false
  const { name, layer, signature, columns, constants } = one as Record<string, unknown>
  return [name, layer, signature].every((text) => typeof text === 'string') && areTexts(columns) && areTexts(constants)
}

function areTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}
