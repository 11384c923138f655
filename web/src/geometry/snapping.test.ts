import { describe, expect, it } from 'vitest'
import { areaGeometry, pathsOf } from './parts'
import { edgesOf, nearestOn, type At } from './plane'
import { Shapes } from './random_shapes'
import { degreesPerPixel, SnapIndex, type Target } from './snapping'

const line = (id: number, ...coordinates: [number, number][]): Target => ({
  layer: 'street',
  id,
  geometry: { type: 'LineString', coordinates },
})

describe('snapping', () => {
  it('takes a vertex before a nearer edge, bit for bit', () => {
    const index = new SnapIndex([line(1, [104.65, 30.12], [104.6500001234567, 30.1200009876543])])
    const found = index.find([104.65000009, 30.12000075], 1e-6)
    expect(found).toEqual({ kind: 'vertex', at: [104.6500001234567, 30.1200009876543], layer: 'street', id: 1 })
  })

  it('takes the nearest place of an edge when no vertex is near, and nothing out of reach', () => {
    const index = new SnapIndex([line(1, [104.6, 30.1], [104.7, 30.1])])
    expect(index.find([104.65, 30.1001], 0.001)).toMatchObject({ kind: 'edge', id: 1 })
    expect(index.find([104.65, 30.1001], 0.001)!.at[1]).toBe(30.1)
    expect(index.find([104.65, 30.11], 0.001)).toBeUndefined()
    expect(new SnapIndex([]).find([104.65, 30.1], 1)).toBeUndefined()
  })

  it('snaps to points, and passes over what is left out', () => {
    const gate: Target = { layer: 'gate', id: 7, geometry: { type: 'Point', coordinates: [104.65, 30.12] } }
    const index = new SnapIndex([gate])
    expect(index.find([104.6500001, 30.12], 1e-6)).toMatchObject({ kind: 'vertex', layer: 'gate', id: 7 })
    expect(index.find([104.6500001, 30.12], 1e-6, (target) => target.id === 7)).toBeUndefined()
  })

  it('decides ties by layer and id, in whatever order the features came', () => {
    const shared: [number, number] = [104.65, 30.12]
    const features = [line(9, shared, [104.66, 30.12]), line(3, [104.64, 30.12], shared), line(5, shared, [104.65, 30.13])]
    for (const targets of [features, [...features].reverse()]) {
      expect(new SnapIndex(targets).find([104.6500001, 30.1200001], 1e-6)).toMatchObject({ id: 3, at: shared })
    }
  })

  it('measures as the screen shows: a degree of longitude is shorter', () => {
    const east = line(1, [104.65001, 30.12], [104.66, 30.12])
    const north = line(2, [104.65, 30.120009], [104.65, 30.13])
    // 10 µ° to the east are 8.65 as seen, 9 to the north are 9.
    expect(new SnapIndex([east, north]).find([104.65, 30.12], 2e-5)).toMatchObject({ id: 1 })
  })

  it('finds what trying everything finds', () => {
    const shapes = new Shapes(5)
    const targets = Array.from({ length: 40 }, (_, id) => ({
      layer: 'community',
      id,
      geometry: areaGeometry([shapes.area(shapes.place(), 0.002)]),
    }))
    const index = new SnapIndex(targets)
    let hits = 0
    for (let n = 0; n < 500; n += 1) {
      const at = shapes.place()
      const reach = 2e-4
      const found = index.find(at, reach)
      const squeeze = Math.cos((at[1] * Math.PI) / 180)
      const away = (to: At) => Math.hypot((to[0] - at[0]) * squeeze, to[1] - at[1])
      const paths = targets.flatMap(({ geometry }) => pathsOf(geometry))
      const vertex = Math.min(...paths.flat().map(away))
      const edges = paths.flatMap(edgesOf).map(([a, b]) => {
        const flat = ([x, y]: At): At => [x * squeeze, y]
        const [x, y] = nearestOn([flat(a), flat(b)], flat(at))
        return away([x / squeeze, y])
      })
      if (vertex <= reach) {
        expect(found?.kind).toBe('vertex')
        expect(away(found!.at)).toBe(vertex)
      } else if (Math.min(...edges) < reach - 1e-9) {
        expect(found?.kind).toBe('edge')
        expect(away(found!.at)).toBeCloseTo(Math.min(...edges), 10)
      } else if (Math.min(...edges) > reach + 1e-9) expect(found).toBeUndefined()
      if (found) hits += 1
    }
    expect(hits).toBeGreaterThan(50)
  })

  it('keeps up with the mouse with 20,000 edges in view', () => {
    const shapes = new Shapes(6)
    const targets = Array.from({ length: 1200 }, (_, id) => ({
      layer: 'building',
      id,
      geometry: areaGeometry([[shapes.ring(shapes.place(), 1e-4, 2e-4, 17)]]),
    }))
    const index = new SnapIndex(targets)
    expect(index.edgeCount).toBeGreaterThan(20_000)
    const begin = performance.now()
    for (let n = 0; n < 1000; n += 1) index.find(shapes.place(), degreesPerPixel(16, 30) * 10)
    // A frame is 16 ms; one look takes some microseconds, and a busy machine may take a hundred times as long.
    expect((performance.now() - begin) / 1000).toBeLessThan(4)
  })
})
