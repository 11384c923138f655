import { describe, expect, it } from 'vitest'
import type { Field, Layer } from '../../api/client'
import type { ColumnReport } from '../../api/imports'
import { assign, guessedMapping, guessLayer, missing, placeholders, readingMap } from './mapping'

function field(name: string, zh: string, more: Partial<Field> = {}): Field {
  return { name, title: { zh, en: name }, is_required: false, type: 'text', unit: '', choices: [], in_tiles: false, role: 'plain', ...more }
}

function layer(id: string, zh: string, fields: Field[]): Layer {
  const title = { zh, en: id }
  return { id, plural: `${id}s`, title, description: title, fields, count: 0, audience: 'public', geometry: 'area' } as Layer
}

const name = field('name', '名称', { is_required: true })
const kind = field('facility_kind', '设施类别', {
  is_required: true,
  type: 'choice',
  choices: [{ code: 'nursery', title: { zh: '托儿所', en: 'Nursery' } }],
})
const layers = [layer('community', '小区', [name, field('households', '户数')]), layer('facility', '设施', [name, kind])]

const columns: ColumnReport[] = [
  { column: '甲', field: 'name', why: '', samples: [] },
  { column: '乙', field: null, why: '', samples: [] },
  { column: '经度', field: 'geometry', why: '', samples: [] },
]

describe('the layer of a file', () => {
  it('is the one that its name names', () => {
    expect(guessLayer(layers, '雁江区设施2024.shp', [])).toBe('facility')
    expect(guessLayer(layers, 'Community.geojson', [])).toBe('community')
  })
  it('else the one whose fields its columns are', () => {
    expect(guessLayer(layers, '台账.xlsx', ['名称', ' 户 数'])).toBe('community')
  })
  it('is not guessed when several would do', () => {
    expect(guessLayer(layers, '台账.xlsx', ['名称'])).toBeUndefined()
    expect(guessLayer(layers, '小区设施.xlsx', [])).toBeUndefined()
  })
})

describe('a mapping', () => {
  it('begins with what the server found, without the shape', () => {
    expect(guessedMapping(columns)).toEqual({ columns: { name: '甲' }, constants: {} })
  })
  it('holds each column once', () => {
    const moved = assign(guessedMapping(columns), 'facility_kind', '甲')
    expect(moved.columns).toEqual({ facility_kind: '甲' })
    expect(assign(moved, 'facility_kind', '').columns).toEqual({})
  })
  it('names every column to the server, those left out as well', () => {
    const mapping = { columns: { facility_kind: '乙' }, constants: {} }
    expect(readingMap(mapping, columns)).toEqual({ 甲: '', 乙: 'facility_kind' })
    expect(readingMap({ columns: { name: '经度' }, constants: {} }, columns)['经度']).toBe('name')
  })
  it('lacks required fields until a column or a value fills them', () => {
    const fields = layers[1]?.fields ?? []
    expect(missing(fields, guessedMapping(columns))).toEqual([kind])
    expect(missing(fields, { ...guessedMapping(columns), constants: { facility_kind: ' ' } })).toEqual([kind])
    expect(missing(fields, { ...guessedMapping(columns), constants: { facility_kind: 'nursery' } })).toEqual([])
  })
  it('is stood in for by values that the fields take', () => {
    expect(placeholders([name, kind, field('households', '户数')])).toEqual({ name: '?', facility_kind: 'nursery' })
  })
})
