import { describe, expect, it } from 'vitest'
import type { Feature, Field, Layer } from '../../api/client'
import { moveVertex, shapeOf } from '../../map/editing/shape'
import { differences, rebase, settled } from './conflict'
import { changedNames, changeOf, draftOf, faultsOf, isDirty, newDraft, placeOfFault, type Draft } from './draft'
import { keepDraft, keptDraft, tabLeftBehind } from './kept'
import { back, begin, forward, settle, step } from './steps'

const field = (name: string, type: Field['type'], is_required = false): Field => ({
  name,
  type,
  is_required,
  title: { zh: name, en: name },
  unit: '',
  in_tiles: false,
  role: 'plain',
  choices: [],
  minimum: type === 'integer' ? 0 : null,
  maximum: type === 'integer' ? 1000 : null,
})

const layer = {
  id: 'community',
  geometry: 'area',
  label_field: 'name',
  fields: [field('name', 'text', true), field('households', 'integer'), field('remark', 'text')],
} as unknown as Layer

const feature: Feature = {
  id: 7,
  version: 3,
  geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [4, 0], [4, 4], [0, 0]]], [[[9, 9], [10, 9], [10, 10], [9, 9]]]] },
  properties: { name: '和平小区', households: 120, remark: null },
}

function type(draft: Draft, name: string, text: string): Draft {
  const { now } = draft.steps
  return { ...draft, steps: step(draft.steps, { ...now, fields: { ...now.fields, [name]: text } }) }
}

function move(draft: Draft, to: [number, number]): Draft {
  const { now } = draft.steps
  const shape = now.shape && moveVertex(now.shape, { part: 1, ring: 0, vertex: 0 }, to)
  return { ...draft, steps: step(draft.steps, { ...now, shape }) }
}

describe('a draft', () => {
  it('sends only what differs, with the version that was seen', () => {
    const opened = draftOf(layer, feature)
    expect(isDirty(layer, opened)).toBe(false)
    expect(isDirty(layer, type(opened, 'households', ' 120 ')), 'the same number').toBe(false)
    const changed = type(type(opened, 'households', '１30'), 'remark', '待核')
    expect(changeOf(layer, changed)).toEqual({
      operation: 'update',
      layer: 'community',
      id: 7,
      version: 3,
      feature: { type: 'Feature', properties: { households: 130, remark: '待核' } },
    })
    expect(changeOf(layer, type(opened, 'households', '')).feature?.properties).toEqual({ households: null })
    const { geometry } = changeOf(layer, move(opened, [8, 8])).feature ?? {}
    expect(geometry).toEqual({
      type: 'MultiPolygon',
      coordinates: [[[[0, 0], [4, 0], [4, 4], [0, 0]]], [[[8, 8], [10, 9], [10, 10], [8, 8]]]],
    })
  })

  it('of a new feature sends all that is given and needs what is required', () => {
    const drawn = newDraft(layer, 'area')
    expect(isDirty(layer, drawn)).toBe(false)
    expect(Object.keys(faultsOf(layer, drawn.steps.now))).toEqual(['name'])
    const { now } = drawn.steps
    const shaped = { ...drawn, steps: begin({ ...now, sketch: undefined, shape: shapeOf('area', [[0, 0], [1, 0], [1, 1]]) }) }
    expect(changeOf(layer, type(shaped, 'name', '新村'))).toEqual({
      operation: 'create',
      layer: 'community',
      feature: {
        type: 'Feature',
        properties: { name: '新村' },
        geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [1, 0], [1, 1], [0, 0]]]] },
      },
    })
  })

  it('finds the field that a pointer of the server is about', () => {
    expect(placeOfFault('/changes/0/feature/properties/a~1b')).toBe('a/b')
    expect(placeOfFault('/changes/0/feature/geometry/coordinates/0')).toBe('geometry')
    expect(placeOfFault('/message')).toBeUndefined()
    expect(placeOfFault(undefined)).toBeUndefined()
  })

  it('waits in the browser as it was, and what is broken there is as if absent', () => {
    const { shelf, storage } = browser()
    const draft = move(type(draftOf(layer, feature), 'name', '和平新村'), [8, 8])
    expect(keepDraft(storage, 'a', draft)).toBe(true)
    const kept = keptDraft(storage, 'a')
    expect(kept?.steps.now).toEqual(draft.steps.now)
    expect(kept && changeOf(layer, kept)).toEqual(changeOf(layer, draft))
    for (const broken of ['{', '7', '{"layer":"gate"}', '{"layer":"gate","kind":"point","now":{"fields":{},"shape":7}}']) {
      shelf.set([...shelf.keys()][0] ?? '', broken)
      expect(keptDraft(storage, 'a'), broken).toBeUndefined()
      expect(tabLeftBehind(storage, new Set()), broken).toBeUndefined()
    }
    keepDraft(storage, 'a', undefined)
    expect(shelf.size).toBe(0)
    const full = { ...storage, setItem: () => { throw new DOMException('full', 'QuotaExceededError') } }
    expect(keepDraft(full, 'a', draft)).toBe(false)
  })

  it('of each tab waits for itself, and one that a gone tab left is found', () => {
    const { storage } = browser()
    const [mine, other] = [type(draftOf(layer, feature), 'name', '一村'), type(draftOf(layer, feature), 'name', '二村')]
    keepDraft(storage, 'a', mine)
    keepDraft(storage, 'b', other)
    expect(keptDraft(storage, 'a')?.steps.now.fields['name']).toBe('一村')
    expect(tabLeftBehind(storage, new Set(['a']))).toBe('b')
    expect(tabLeftBehind(storage, new Set(['a', 'b']))).toBeUndefined()
  })
})

function browser() {
  const shelf = new Map<string, string>()
  const storage = {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, text: string) => void shelf.set(key, text),
    removeItem: (key: string) => void shelf.delete(key),
    key: (n: number) => [...shelf.keys()][n] ?? null,
    get length() {
      return shelf.size
    },
  }
  return { shelf, storage }
}

describe('a conflict', () => {
  const theirs: Feature = {
    ...feature,
    version: 4,
    properties: { name: '和平小区', households: 150, remark: '已改' },
    geometry: { type: 'MultiPolygon', coordinates: [[[[0, 0], [5, 0], [5, 5], [0, 0]]], [[[9, 9], [10, 9], [10, 10], [9, 9]]]] },
  }

  it('is whatever a colleague changed and I did not change alike', () => {
    const mine = type(type(draftOf(layer, feature), 'households', '130'), 'name', '和平一村')
    expect(differences(layer, mine, theirs)).toEqual([
      { name: 'households', isMineChanged: true, before: '120', theirs: '150', mine: '130' },
      { name: 'remark', isMineChanged: false, before: '', theirs: '已改', mine: '' },
      { name: 'geometry', isMineChanged: false, before: '', theirs: '', mine: '' },
    ])
    expect(differences(layer, type(mine, 'households', '150'), theirs).map(({ name }) => name)).toEqual(['remark', 'geometry'])
    expect(settled(differences(layer, mine, theirs))).toEqual({ remark: 'theirs', geometry: 'theirs' })
    expect(differences(layer, move(mine, [8, 8]), theirs).at(-1)).toMatchObject({ name: 'geometry', isMineChanged: true })
  })

  it('is settled as was chosen, upon the new version, and what only I changed stays', () => {
    const mine = move(type(type(draftOf(layer, feature), 'households', '130'), 'name', '和平一村'), [8, 8])
    const chosen = { households: 'mine', remark: 'theirs', geometry: 'theirs' } as const
    const merged = rebase(layer, mine, theirs, chosen)
    expect(changeOf(layer, merged)).toMatchObject({ version: 4, feature: { properties: { households: 130, name: '和平一村' } } })
    expect(changedNames(layer, merged)).toEqual(['name', 'households'])
    const kept = rebase(layer, mine, theirs, { households: 'theirs', remark: 'mine', geometry: 'mine' })
    expect(changeOf(layer, kept).feature?.properties, 'what was left alone is chosen too').toEqual({ name: '和平一村', remark: null })
    expect(changedNames(layer, kept)).toContain('geometry')
  })
})

describe('steps', () => {
  it('go back and forward, and the letters of a word are one', () => {
    let steps = begin('')
    for (const text of ['a', 'ab', 'abc']) steps = step(steps, text, 'field name')
    steps = step(steps, 'moved', 'vertex 1')
    expect(back(steps).now).toBe('abc')
    expect(back(back(steps)).now).toBe('')
    expect(back(back(back(steps))).now).toBe('')
    expect(forward(back(steps)).now).toBe('moved')
    expect(forward(steps)).toBe(steps)
    expect(step(back(steps), 'other').future).toEqual([])
    expect(back(step(settle(step(begin('a'), 'b', 'x')), 'c', 'x')).now, 'settled').toBe('b')
  })
})
