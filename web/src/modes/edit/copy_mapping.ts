import type { Feature, Field } from '../../api/client'
import { readField, textOf, type Fault } from './checks'

/** Where the value of a field comes from: a field of the source, or one text for all; nothing: not known. */
export type From = { field: string } | { text: string }
export type CopyMapping = Record<string, From | undefined>

/** Fields of the same name, and the names of both layers. What stands for one feature alone is not copied. */
export function guessCopy(source: readonly Field[], target: readonly Field[]): CopyMapping {
  const mapping: CopyMapping = {}
  for (const field of target) {
    const same = source.find(({ name, title }) => name === field.name || title.zh === field.title.zh)
    if (field.role !== 'identifier' && same && fits(same, field)) mapping[field.name] = { field: same.name }
    else if (field.is_required) mapping[field.name] = { text: '' }
  }
  return mapping
}

/** Whether values of one field can be such of the other; whether each of them is, is seen value by value. */
export function fits(source: Field, target: Field): boolean {
  const isNumber = ({ type }: Field) => type === 'integer' || type === 'number'
  return target.type === 'text' || source.type === target.type || (isNumber(source) && isNumber(target))
}

export interface Copied {
  /** What is written, as texts of the form. */
  fields: Record<string, string>
  faults: Record<string, Fault>
}

/** The fields of a copy of one feature. A choice is found by its code or by what it is called. */
export function copyFields(target: readonly Field[], source: readonly Field[], feature: Feature, mapping: CopyMapping): Copied {
  const copied: Copied = { fields: {}, faults: {} }
  for (const field of target) {
    const from = mapping[field.name]
    let text = ''
    if (from && 'text' in from) text = from.text
    else if (from) text = translated(source.find(({ name }) => name === from.field), field, feature.properties[from.field])
    copied.fields[field.name] = text
    const { fault } = readField(field, text)
    if (fault) copied.faults[field.name] = fault
  }
  return copied
}

function translated(source: Field | undefined, target: Field, value: string | number | boolean | null | undefined): string {
  const text = textOf(value)
  const told = source?.choices.find(({ code }) => code === text)?.title.zh
  if (target.type === 'choice') {
    const known = target.choices.find(({ code, title }) => code === text || title.zh === (told ?? text))
    // A kind that the other layer does not know is not known there.
    return known?.code ?? ''
  }
  return target.type === 'text' && told ? told : text
}
