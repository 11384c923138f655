import { expect, it } from 'vitest'
import { wayInto } from './way_into'

it.each([
  [20, 40, 0, 'lies free'],
  [5, 15, -5, 'is cut below'],
  [90, 130, 30, 'is cut above'],
  [-50, 300, 0, 'is longer, and partly seen'],
  [200, 400, 245, 'is longer, and not seen'],
])('a span %i to %i moves a view of 10 to 100 by %i: it %s', (from, to, way) => {
  expect(wayInto(from, to, 10, 100)).toBe(way)
})
