import { describe, expect, it } from 'vitest'
import type { Feature, Field } from '../../api/client'
import { copyFields, guessCopy } from './copy_mapping'

const field = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
  name,
  type,
  title: { zh: name, en: name },
  unit: '',
  is_required: false,
  in_tiles: false,
  role: 'plain',
  choices: [],
  ...more,
})
const wall = { code: 'wall', title: { zh: '围墙', en: 'Wall' } }
const source = [field('code', 'text', { role: 'identifier' }), field('name', 'text'), field('floors', 'integer'), field('kind', 'choice', { choices: [wall] })]
const feature = (properties: Feature['properties']): Feature => ({ id: 1, geometry: { type: 'Point', coordinates: [0, 0] }, properties })

describe('copying properties to another layer', () => {
  it('proposes fields of the same name, never codes, and asks for what is required', () => {
    const target = [field('code', 'text', { role: 'identifier' }), field('name', 'text', { is_required: true }), field('surface', 'choice', { is_required: true }), field('floors', 'date')]
    expect(guessCopy(source, target)).toEqual({ name: { field: 'name' }, surface: { text: '' } })
  })

  it('finds a choice by what it is called, and leaves one that is not known unknown', () => {
    const target = [field('barrier', 'choice', { choices: [{ code: 'w', title: { zh: '围墙', en: 'Wall' } }] }), field('note', 'text')]
    const mapping = { barrier: { field: 'kind' }, note: { field: 'kind' } }
    expect(copyFields(target, source, feature({ kind: 'wall' }), mapping)).toEqual({ fields: { barrier: 'w', note: '围墙' }, faults: {} })
    expect(copyFields(target, source, feature({ kind: 'other' }), mapping).fields['barrier']).toBe('')
  })

  it('tells what is missing or out of bounds', () => {
    const target = [field('name', 'text', { is_required: true }), field('floors', 'integer', { minimum: 0, maximum: 5 })]
    const { faults } = copyFields(target, source, feature({ floors: 9 }), { name: { text: '' }, floors: { field: 'floors' } })
    expect(Object.keys(faults)).toEqual(['name', 'floors'])
  })
})
