import { describe, expect, it } from 'vitest'
import { isWanted, NOBODY, type Findable } from './wanted'

const all = { text: '', operator: '', kind: '', verdict: '' }
const one: Findable = { texts: ['榕树二路', 'GC00001', null], operators: ['供电公司', undefined], kinds: ['power', 'water'], verdict: 'fail' }

describe('looking in lists', () => {
  it('finds everything until something is asked', () => expect(isWanted(one, all)).toBe(true))

  it('every word must stand somewhere, whatever its case', () => {
    expect(isWanted(one, { ...all, text: ' gc00001 榕树 ' })).toBe(true)
    expect(isWanted(one, { ...all, text: '榕树 莲台' })).toBe(false)
  })

  it('an operator is one of those, and nobody is asked for by itself', () => {
    expect(isWanted(one, { ...all, operator: '供电公司' })).toBe(true)
    expect(isWanted(one, { ...all, operator: '供水公司' })).toBe(false)
    expect(isWanted(one, { ...all, operator: NOBODY })).toBe(true)
    expect(isWanted({ ...one, operators: ['供电公司'] }, { ...all, operator: NOBODY })).toBe(false)
  })

  it('kind and verdict hold together', () => {
    expect(isWanted(one, { ...all, kind: 'water', verdict: 'fail' })).toBe(true)
    expect(isWanted(one, { ...all, kind: 'water', verdict: 'pass' })).toBe(false)
    expect(isWanted(one, { ...all, kind: 'gas', verdict: 'fail' })).toBe(false)
  })
})
