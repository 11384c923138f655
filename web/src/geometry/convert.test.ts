import { describe, expect, it } from 'vitest'
import { convert } from './convert'

const ring = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
const area: GeoJSON.MultiPolygon = { type: 'MultiPolygon', coordinates: [[ring]] }
const wall: GeoJSON.LineString = { type: 'LineString', coordinates: [[0, 0], [4, 0]] }

describe('a shape as another kind of layer takes it', () => {
  it('stays as it is where it can', () => {
    expect(convert(area, 'area')).toBe(area)
    expect(convert(area, 'line_or_area')).toBe(area)
    expect(convert(wall, 'line_or_area')).toBe(wall)
  })

  it('becomes a place, a border or an area', () => {
    expect(convert(area, 'point')).toEqual({ type: 'Point', coordinates: [2, 2] })
    expect(convert(area, 'line')).toEqual({ type: 'LineString', coordinates: ring })
    expect(convert({ type: 'LineString', coordinates: ring }, 'area')).toEqual({ type: 'Polygon', coordinates: [ring] })
  })

  it('is nothing where it would be a guess', () => {
    expect(convert(wall, 'area')).toBeUndefined()
    expect(convert(wall, 'point')).toBeUndefined()
    expect(convert({ type: 'Point', coordinates: [0, 0] }, 'area')).toBeUndefined()
    expect(convert({ type: 'MultiLineString', coordinates: [ring, wall.coordinates] }, 'area')).toBeUndefined()
  })
})
