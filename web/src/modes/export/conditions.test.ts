import { describe, expect, it } from 'vitest'
import type { Field } from '../../api/client'
import { comparisonsOf, conditionText, filterText, type Condition } from './conditions'

const field = (name: string, type: Field['type']): Field => ({
  name,
  type,
  title: { zh: name, en: name },
  unit: '',
  is_required: false,
  in_tiles: false,
  role: 'plain',
  choices: [],
})
const condition = (field: string, comparison: Condition['comparison'], value = ''): Condition => ({ field, comparison, value })

describe('conditions', () => {
  it('are CQL2 of the type of their field', () => {
    const say = (type: Field['type'], comparison: Condition['comparison'], value?: string) =>
      conditionText(condition('f', comparison, value), field('f', type))
    expect(say('text', 'eq', "O'Brien")).toBe(`"f" = 'O''Brien'`)
    expect(say('text', 'contains', '50%_\\')).toBe(`"f" LIKE '%50\\%\\_\\\\%'`)
    expect(say('integer', 'ge', ' 300 ')).toBe('"f" >= 300')
    expect(say('money', 'le', '1234.50')).toBe('"f" <= 1234.5')
    expect(say('number', 'ne', '1e-3')).toBe('"f" <> 0.001')
    expect(say('integer', 'eq', '0')).toBe('"f" = 0')
    expect(say('integer', 'eq', '100')).toBe('"f" = 100')
    expect(say('boolean', 'eq', 'false')).toBe('"f" = FALSE')
    expect(say('date', 'ge', '2026-03-31')).toBe(`"f" >= DATE('2026-03-31')`)
    expect(say('choice', 'unknown')).toBe('"f" IS NULL')
  })

  it('that cannot be read are no condition, not an open one', () => {
    const fields = [field('a', 'text'), field('n', 'integer')]
    expect(conditionText(condition('n', 'eq', 'many'), field('n', 'integer'))).toBeUndefined()
    expect(conditionText(condition('n', 'eq', ''), field('n', 'integer'))).toBeUndefined()
    expect(filterText([condition('a', 'eq', 'x'), condition('n', 'ge', '')], fields, false)).toBeUndefined()
    expect(filterText([condition('gone', 'known')], fields, false)).toBeUndefined()
    expect(filterText([], fields, false)).toBe('')
    expect(filterText([condition('a', 'known'), condition('n', 'ge', '1')], fields, true)).toBe('"a" IS NOT NULL OR "n" >= 1')
  })

  it('of a field begin with the most useful comparison', () => {
    expect(comparisonsOf(field('f', 'text'))[0]).toBe('contains')
    expect(comparisonsOf(field('f', 'money'))[0]).toBe('ge')
  })
})
