import { expect, it } from 'vitest'
import type { CoverageAnswer } from '../../api/analysis'
import { changed, changeOf } from './change'

const answer = (building_ids: number[], households: (number | null)[], state: number[], facilities = 3) =>
  ({ building_ids, households, results: [{ rule: 'r', facilities, buildings: { state } }] }) as unknown as CoverageAnswer

it('a building gains, loses, or is served better or worse', () => {
  expect([changeOf(2, 0), changeOf(2, 1), changeOf(0, 2), changeOf(3, 2), changeOf(1, 0), changeOf(0, 1), changeOf(3, 0), changeOf(0, 3), changeOf(2, 2)]).toEqual(
    ['gained', 'gained', 'lost', 'lost', 'better', 'worse', 'better', 'worse', 'same'],
  )
})

it('households that gain and that lose are counted apart, and those nobody knows are not guessed', () => {
  const before = answer([1, 2, 3, 4], [10, 20, null, 40], [2, 0, 2, 0])
  const after = answer([4, 3, 2, 1], [40, null, 20, 10], [0, 0, 2, 0])
  expect(changed(before, after, 'r')).toEqual({ changes: ['same', 'gained', 'lost', 'gained'], gained: 10, lost: 20, unknown: 1 })
  expect(changed(before, after, 's')).toBeUndefined()
})

it('the first facility of a kind is a gain for those whom it reaches, and no loss for the others', () => {
  const [none, one] = [answer([1, 2], [10, 20], [3, 3], 0), answer([1, 2], [10, 20], [0, 2], 1)]
  expect(changed(none, one, 'r')).toMatchObject({ changes: ['gained', 'same'], gained: 10, lost: 0 })
  expect(changed(one, none, 'r')).toMatchObject({ changes: ['lost', 'same'], gained: 0, lost: 10 })
})
