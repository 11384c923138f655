import { expect, it } from 'vitest'
import { COLOURS, colourOf, neighboursOf } from './colours'

const square = (id: number, x: number, y: number) => ({
  id,
  geometry: { type: 'MultiPolygon' as const, coordinates: [[[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]] },
})
const grid = Array.from({ length: 100 }, (_, n) => square(n + 1, n % 10, Math.floor(n / 10)))

it('neighbours share a vertex', () => {
  expect([...(neighboursOf(grid).get(1) ?? [])].sort((a, b) => a - b)).toEqual([2, 11, 12])
})

it('no two neighbours have one colour, and all colours are used', () => {
  const colours = colourOf(grid)
  for (const [id, others] of neighboursOf(grid)) for (const other of others) expect(colours.get(id)).not.toBe(colours.get(other))
  expect(new Set(colours.values()).size).toBe(COLOURS.length)
})

it('an edit elsewhere repaints nothing', () => {
  const before = colourOf(grid)
  const after = colourOf([...grid.slice(1), square(500, 50, 50)], before)
  for (const { id } of grid.slice(1)) expect(after.get(id)).toBe(before.get(id))
})
