import type { Feature, Field } from '../api/client'

/**
 * Which properties the pieces of a split and a merged feature are proposed to have, from the description of
 * the layer: what is an identifier, what counts what is inside. A person sees and changes the proposal.
 */
export type Properties = Feature['properties']
type Value = Properties[string]
type Described = Pick<Field, 'name' | 'type' | 'role'>

export interface SplitProposal {
  /** One for each share, in their order. */
  pieces: Properties[]
  /** Quantities that were shared out by size: a guess, to be looked at. */
  shared: string[]
  /** Identifiers that only the first piece keeps. */
  cleared: string[]
}

/**
 * The first piece keeps everything; the others the same without identifiers. Quantities are shared out by
 * `shares` (sizes, in any unit), in whole numbers, cents of money and hundredths, so that they add up to what
 * they were. What is unknown stays unknown.
 */
export function splitProperties(fields: readonly Described[], whole: Properties, shares: readonly number[]): SplitProposal {
  const pieces = shares.map((): Properties => ({ ...whole }))
  const shared: string[] = []
  const cleared: string[] = []
  for (const { name, type, role } of fields) {
    const value = whole[name] ?? null
    if (value === null) continue
    if (role === 'identifier') {
      for (const piece of pieces.slice(1)) piece[name] = null
      cleared.push(name)
    }
    if (role === 'quantity') {
      const parts = shareOut(hundredths(type, value), shares)
      pieces.forEach((piece, n) => (piece[name] = fromHundredths(type, parts[n]!)))
      shared.push(name)
    }
  }
  return { pieces, shared, cleared }
}

export interface Choice {
  field: string
  /** The different values, unknown (`null`) among them, in the order of the features, with who has them. */
  options: { value: Value; features: number[] }[]
}

export interface MergeProposal {
  /** What is clear; a field that a person must decide is not in it. */
  properties: Properties
  summed: string[]
  /** Quantities that at least one of the features does not know, and so the merged one neither. */
  unknown: string[]
  asks: Choice[]
}

/** The first feature's identifiers hold; quantities add up where all are known; what differs is asked. */
export function mergeProperties(fields: readonly Described[], features: readonly Properties[]): MergeProposal {
  const proposal: MergeProposal = { properties: {}, summed: [], unknown: [], asks: [] }
  for (const { name, type, role } of fields) {
    const values = features.map((feature) => feature[name] ?? null)
    const known = values.filter((value) => value !== null)
    if (role === 'identifier') {
      proposal.properties[name] = values[0] ?? null
    } else if (role === 'quantity') {
      const isKnown = known.length === values.length
      proposal.properties[name] = isKnown ? sum(type, known) : null
      if (isKnown) proposal.summed.push(name)
      else if (known.length > 0) proposal.unknown.push(name)
    } else {
      const options = optionsOf(values)
      if (options.length === 1) proposal.properties[name] = options[0]!.value
      else proposal.asks.push({ field: name, options })
    }
  }
  return proposal
}

function optionsOf(values: Value[]): Choice['options'] {
  const options: Choice['options'] = []
  values.forEach((value, n) => {
    const same = options.find((option) => option.value === value)
    if (same) same.features.push(n)
    else options.push({ value, features: [n] })
  })
  return options
}

/** Whole numbers in proportion to `shares` that add up to `total`: each from one rounded running sum to the next. */
export function shareOut(total: number, shares: readonly number[]): number[] {
  const all = shares.reduce((sum, share) => sum + share, 0)
  let [running, given] = [0, 0]
  return shares.map((share) => {
    running += share
    const upTo = Math.round((total * running) / all)
    const part = upTo - given
    given = upTo
    return part
  })
}

/** Money travels as a text of yuan. Sums are made of whole numbers, so that no cent is lost. */
const scale = (type: Described['type']) => (type === 'integer' ? 1 : 100)
const hundredths = (type: Described['type'], value: Value) => Math.round(Number(value) * scale(type))

function fromHundredths(type: Described['type'], n: number): Value {
  if (type !== 'money') return n / scale(type)
  const [yuan, fen] = [Math.trunc(n / 100), Math.abs(n % 100)]
  return `${n < 0 && yuan === 0 ? '-' : ''}${yuan}.${String(fen).padStart(2, '0')}`
}

function sum(type: Described['type'], values: Value[]): Value {
  if (type === 'number') return Number(values.reduce<number>((sum, value) => sum + Number(value), 0).toFixed(6))
  return fromHundredths(type, values.reduce<number>((sum, value) => sum + hundredths(type, value), 0))
}
