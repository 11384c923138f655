import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/client'
import { readField } from './checks'

const field = (type: Field['type'], more: Partial<Field> = {}): Field => ({
  name: 'x',
  type,
  title: { zh: '项', en: 'Item' },
  unit: '',
  is_required: false,
  in_tiles: false,
  role: 'plain',
  choices: [],
  ...more,
})
const count = field('integer', { minimum: 0, maximum: 200 })

describe('what is typed', () => {
  it.each([
    [count, ' 12 ', 12],
    [count, '１２', 12],
    [field('integer', { minimum: 0, maximum: 1e9 }), '1,200', 1200],
    [count, '', null],
    [field('number'), '1.50', 1.5],
    [field('number'), '-.5', -0.5],
    [field('money'), '1234.5', '1234.50'],
    [field('money'), '12,345', '12345.00'],
    [field('money'), '9007199254740.99', '9007199254740.99'],
    [field('boolean'), 'false', false],
    [field('date'), '2026-03-31', '2026-03-31'],
    [field('date'), '2026年3月5日', '2026-03-05'],
    [field('date'), '2024/2/29', '2024-02-29'],
    [field('choice'), 'basic', 'basic'],
    [field('text', { max_length: 4 }), ' 和平小区 ', '和平小区'],
  ])('%o %s is %o', (field, text, value) => {
    expect(readField(field, text)).toEqual({ value })
  })

  it.each([
    [field('text', { is_required: true }), '  ', 'editFaultRequired'],
    [field('text', { max_length: 3 }), '和平小区', 'editFaultLength'],
    [count, '-1', 'editFaultBounds'],
    [count, '201', 'editFaultBounds'],
    [count, '1.5', 'editFaultInteger'],
    [count, '十二', 'editFaultInteger'],
    [count, '1e2', 'editFaultInteger'],
    [field('number'), '1,5', 'editFaultNumber'],
    [field('number'), '.', 'editFaultNumber'],
    [field('money'), '1.234', 'editFaultMoney'],
    [field('money'), '-5', 'editFaultMoney'],
    [field('money'), '10000000000000', 'editFaultSum'],
    [field('date'), '2026-02-30', 'editFaultDay'],
    [field('date'), '2025-2-29', 'editFaultDay'],
    [field('date'), '明天', 'editFaultDay'],
  ])('%o %s is refused: %s', (field, text, key) => {
    expect(readField(field, text).fault?.key).toBe(key)
  })
})
