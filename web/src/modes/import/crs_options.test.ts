import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { choiceOf, readChoice, REASONS, usualChoices } from './crs_options'

it('a choice says to the server what the server said would fit', () => {
  const read = (member: string, value: string) => readChoice(choiceOf({ member, value, why: '' }))
  expect(read('crs', 'EPSG:4544')).toEqual({ crs: 'EPSG:4544' })
  expect(read('crs', 'EPSG:4544 --north-first')).toEqual({ crs: 'EPSG:4544', is_north_first: true })
  expect(read('datum', 'gcj02')).toEqual({ datum: 'gcj02' })
  expect(read('datum', 'bd09 --north-first')).toEqual({ datum: 'bd09', is_north_first: true })
  expect(readChoice('')).toEqual({})
})

it('the zone is the city’s', () => {
  const choices = (longitude: number) => usualChoices(longitude).map(({ choice }) => choice)
  expect(choices(104.65)).toEqual(expect.arrayContaining(['crs EPSG:4544', 'crs EPSG:4523']))
  expect(choices(116.4)).toEqual(expect.arrayContaining(['crs EPSG:4548', 'crs EPSG:4527']))
})

it('every reason of the server has words', async () => {
  const source = await readFile(new URL('../../../../src/ingest/crs.rs', import.meta.url), 'utf8')
  const begin = source.indexOf('pub fn fitting')
  const body = source.slice(begin, source.indexOf('#[cfg(test)]'))
  const reasons = Object.keys(REASONS)
  expect(reasons.filter((reason) => !body.includes(`"${reason}"`))).toEqual([])
  expect(body.match(/candidate\(/g)?.length).toBe(reasons.length)
})
