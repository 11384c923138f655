import { expect, it } from 'vitest'
import { scoresOf } from './scores'

it('the scores of homes are told, and those of shops and of the unknown left out', () => {
  expect(scoresOf([0.4, null, 0, 0.2, 9, 0.1], [3, 2, 5, 1, 0, null])).toEqual({ min: 0, median: 0.2, max: 0.4, none: 1 })
  expect(scoresOf([0.4, 0.2], [1, 1])?.median).toBeCloseTo(0.3, 12)
  expect(scoresOf([null], [4])).toBeUndefined()
})
