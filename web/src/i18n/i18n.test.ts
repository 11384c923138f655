import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { en } from './en'
import { translate, type Key } from './index'
import { zh } from './zh'

const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort()

describe('dictionaries', () => {
  it.each(Object.keys(zh) as Key[])('%s has the same blanks in both languages', (key) => {
    expect(blanks(en[key])).toEqual(blanks(zh[key]))
  })

  it('every problem of the server has a text, and every text a problem', async () => {
    const source = await readFile(new URL('../../../src/http/problem.rs', import.meta.url), 'utf8')
    const told = [...source.matchAll(/"([a-z-]+)",\s+S::/g)].map(([, name]) => `problem.${name}`)
    expect(told.length).toBeGreaterThan(10)
    expect(Object.keys(zh).filter((key) => key.startsWith('problem.')).sort()).toEqual(told.sort())
  })

  it('fills blanks and leaves those without a value to be seen', () => {
    expect(translate('zh', 'revision', { n: 7 })).toBe('数据版本 7')
    expect(translate('zh', 'revision')).toBe('数据版本 {n}')
  })
})
