import { beforeEach, expect, it } from 'vitest'
import { fitting, keep, readSaved, signatureOf, type SavedMapping } from './saved_mappings'

let text: string | null
const shelf = { getItem: () => text, setItem: (_: string, value: string) => void (text = value) }
beforeEach(() => (text = null))

const one = (name: string, columns: string[]): SavedMapping => ({
  name,
  layer: 'community',
  signature: signatureOf(columns),
  columns: { name: columns[0] ?? '' },
  constants: {},
})

it('a mapping is offered to files with the same columns in any order, and to no others', () => {
  expect(keep(shelf, one('台账', ['小区名称', '户数']))).toBe(true)
  const saved = readSaved(shelf)
  expect(fitting(saved, 'community', ['户 数', '小区名称']).map(({ name }) => name)).toEqual(['台账'])
  expect(fitting(saved, 'community', ['户数'])).toEqual([])
  expect(fitting(saved, 'building', ['小区名称', '户数'])).toEqual([])
})

it('the same name is kept once, the newest first', () => {
  for (const [name, column] of [['a', 'x'], ['b', 'y'], ['a', 'z']] as const) keep(shelf, one(name, [column]))
  expect(readSaved(shelf).map(({ name, columns }) => `${name} ${columns['name']}`)).toEqual(['a z', 'b y'])
})

it('what cannot be read is passed over', () => {
  for (const broken of ['{', '7', 'null', '[1, null, {"name": "a"}]']) {
    text = broken
    expect(readSaved(shelf), broken).toEqual([])
  }
  text = JSON.stringify([{ ...one('a', ['x']), columns: { name: 7 } }, one('b', ['y'])])
  expect(readSaved(shelf).map(({ name }) => name)).toEqual(['b'])
})

it('a browser that keeps nothing is told of', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException('full', 'QuotaExceededError')
    },
  }
  expect(keep(full, one('a', ['x']))).toBe(false)
})
