import type { Feature, Layer } from '../../api/client'
import type { Change, Value, Written } from '../../api/edits'
import { fromGeometry, isSame, toGeometry, type Shape, type ShapeKind } from '../../map/editing/shape'
import type { Sketch } from '../../map/editing/picture'
import { readField, textOf, type Fault } from './checks'
import { begin, type Steps } from './steps'

/** What is being drawn, and for what: the shape itself, or the tool that asked for it. */
export interface DraftSketch extends Sketch {
  role: string
}

/** What a person can change, and take back step by step. */
export interface Content {
  shape?: Shape | undefined
  sketch?: DraftSketch | undefined
  /** Fields as they are typed. */
  fields: Record<string, string>
}

/** One feature under edit. */
export interface Draft {
  layer: string
  kind: ShapeKind
  /** The feature as it was seen; absent for a new one. */
  base?: Feature | undefined
  steps: Steps<Content>
}

/** The properties of a feature that its layer has fields for, as texts. */
export function fieldsOf(layer: Layer, feature: Feature | undefined): Record<string, string> {
  return Object.fromEntries(layer.fields.map(({ name }) => [name, textOf(feature?.properties[name])]))
}

const seenShapes = new WeakMap<Feature, Shape>()

/** The shape of a feature as it was seen; the same value each time, so that comparing with it is quick. */
export function shapeSeen(feature: Feature): Shape {
  const shape = seenShapes.get(feature) ?? fromGeometry(feature.geometry)
  seenShapes.set(feature, shape)
  return shape
}

export function draftOf(layer: Layer, feature: Feature): Draft {
  const shape = shapeSeen(feature)
  return { layer: layer.id, kind: shape.kind, base: feature, steps: begin({ shape, fields: fieldsOf(layer, feature) }) }
}

export function newDraft(layer: Layer, kind: ShapeKind): Draft {
  const sketch = { role: 'shape', kind, places: [] }
  return { layer: layer.id, kind, steps: begin<Content>({ sketch, fields: fieldsOf(layer, undefined) }) }
}

/** What is wrong with the fields, by name. */
export function faultsOf(layer: Layer, content: Content): Record<string, Fault> {
  const read = layer.fields.map((field) => [field.name, readField(field, content.fields[field.name] ?? '').fault] as const)
  return Object.fromEntries(read.filter((one): one is [string, Fault] => one[1] !== undefined))
}

/** The names of what differs from the feature as it was seen: fields, and `geometry`. Of a new one all that is given. */
export function changedNames(layer: Layer, { base, steps: { now } }: Draft): string[] {
  const differs = layer.fields.filter((field) => {
    const text = now.fields[field.name] ?? ''
    const read = readField(field, text)
    return (read.fault ? text : textOf(read.value)) !== textOf(base?.properties[field.name])
  })
  const isMoved = base ? !isSame(now.shape, shapeSeen(base)) : now.shape !== undefined
  return [...differs.map(({ name }) => name), ...(isMoved ? ['geometry'] : [])]
}

/** Whether something would be lost with the draft. */
export function isDirty(layer: Layer, draft: Draft): boolean {
  return changedNames(layer, draft).length > 0 || (draft.steps.now.sketch?.places.length ?? 0) > 0
}

/** The change that saves a draft without faults: all of a new feature, of another only what differs. */
export function changeOf(layer: Layer, draft: Draft): Change {
  const { base, steps } = draft
  const names = changedNames(layer, draft)
  const properties: Record<string, Value> = {}
  for (const field of layer.fields) {
    const { value } = readField(field, steps.now.fields[field.name] ?? '')
    if (names.includes(field.name) && value !== undefined) properties[field.name] = value
  }
  const feature: Written = { type: 'Feature', properties }
  if (names.includes('geometry') && steps.now.shape) feature.geometry = toGeometry(steps.now.shape)
  if (!base) return { operation: 'create', layer: layer.id, feature }
  return { operation: 'update', layer: layer.id, id: base.id, ...versionOf(base), feature }
}

export function removalOf(layer: Layer, base: Feature): Change {
  return { operation: 'delete', layer: layer.id, id: base.id, ...versionOf(base) }
}

function versionOf({ version }: Feature): { version?: number } {
  return version === undefined ? {} : { version }
}

/** Which field a pointer of the server's `errors` is about; `geometry` for the shape. */
export function placeOfFault(pointer: string | null | undefined): string | undefined {
  const [, what, name] = /^\/changes\/\d+\/feature\/(properties|geometry)(?:\/([^/]*))?/.exec(pointer ?? '') ?? []
  if (what === 'geometry') return 'geometry'
  return name?.replace(/~1/g, '/').replace(/~0/g, '~')
}

/** The shapes that a layer takes. */
export function kindsOf(layer: Layer): ShapeKind[] {
  return layer.geometry === 'line_or_area' ? ['line', 'area'] : [layer.geometry]
}
