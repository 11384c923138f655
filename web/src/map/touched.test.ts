import { expect, test } from 'vitest'
import { tilesShowing, type Box } from './touched'

const CITY: Box = [104.6, 30.05, 104.7, 30.2]

test('a point lies in one tile of each zoom', () => {
  const point: Box = [104.655, 30.121, 104.655, 30.121]
  expect(tilesShowing([point], [13, 14], CITY)).toEqual([
    { z: 13, x: 6477, y: 3376 },
    { z: 14, x: 12954, y: 6753 },
  ])
})

test('what lies within the margin of a neighbour touches that one too', () => {
  const edge = (12955 / 2 ** 14) * 360 - 180
  const point: Box = [edge - 1e-6, 30.121, edge - 1e-6, 30.121]
  expect(tilesShowing([point], [14], CITY)?.map((tile) => tile.x)).toEqual([12954, 12955])
})

test('what nobody sees is not asked for', () => {
  expect(tilesShowing([[110, 30, 110.1, 30.1]], [14], CITY)).toEqual([])
})

test('too many to name', () => {
  expect(tilesShowing([[100, 20, 110, 40]], [16], [100, 20, 110, 40])).toBeUndefined()
})
