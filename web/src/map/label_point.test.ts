import { expect, it } from 'vitest'
import { labelPoint } from './label_point'

it('names a horseshoe inside its larger part, not in its gap', () => {
  const horseshoe = [[0, 0], [9, 0], [9, 9], [6, 9], [6, 3], [3, 3], [3, 9], [0, 9], [0, 0]]
  const islet = [[20, 20], [20.1, 20], [20.1, 20.1], [20, 20]]
  const [x, y] = labelPoint([[islet], [horseshoe]])
  expect(x).toBeGreaterThan(0)
  expect(x).toBeLessThan(9)
  const isInGap = x > 3 && x < 6 && y > 3
  expect(isInGap).toBe(false)
  expect(y).toBeLessThan(9)
})
