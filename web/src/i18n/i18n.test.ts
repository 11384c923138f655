import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { en } from './en'
import { isKey, translate, type Key } from './index'
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

  it('every refusal of a file and everything said of its rows has a text', async () => {
    const read = (name: string) => readFile(new URL(`../../../src/ingest/${name}.rs`, import.meta.url), 'utf8')
    const refusals = [...(await read('problem')).matchAll(/=> "([a-z-]+)",/g)].map(([, code]) => `refusal.${code}`)
    expect(refusals.length).toBeGreaterThan(20)
    const files = ['row', 'values', 'geometry', 'file', 'cjj61/points', 'cjj61/lines', 'cjj61/ends', 'cjj61/network']
    const sources = await Promise.all(files.map(read))
    const said = sources.join('').replace(/#\[cfg\(test\)\][\s\S]*?\n}\n/g, '')
    const rows = [...said.matchAll(/(?:Problem::new|Problem::geometry|[^_]empty)\(\s*"([a-z_]+)"/g)].map(([, code]) => `row.${code}`)
    expect(rows.length).toBeGreaterThan(20)
    const notes = [...said.matchAll(/\.note(?:_many)?\(\s*"([a-z_]+)"/g)].map(([, code]) => `note.${code}`)
    expect(notes.length).toBeGreaterThan(3)
    expect([...refusals, ...rows, ...notes].filter((key) => !isKey(key))).toEqual([])
  })

  it('fills blanks and leaves those without a value to be seen', () => {
    expect(translate('zh', 'revision', { n: 7 })).toBe('数据版本 7')
    expect(translate('zh', 'revision')).toBe('数据版本 {n}')
  })
})
