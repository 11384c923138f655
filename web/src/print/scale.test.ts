import { describe, expect, it } from 'vitest'
import { lengthM } from '../map/measure'
import { layoutOf } from './paper'
import { frameBounds, groundPerMercator, scaleBar, scaleOf, zoomOf } from './scale'

describe('scale on paper', () => {
  it('is that of the ground, in both directions, at any latitude', () => {
    for (const lat of [0, 18.2, 30.12, 53.5]) {
      for (const scale of [500, 10_000, 50_000]) {
        const [w, s, e, n] = frameBounds([104.65, lat], 200, 150, scale)
        const across = lengthM([[w, lat], [e, lat]])
        const up = lengthM([[104.65, s], [104.65, n]])
        // 0.34 % at the equator, where the ellipsoid is flattest: half of the stretch.
        expect(Math.abs(across / ((200 / 1000) * scale) - 1)).toBeLessThan(0.0036)
        expect(Math.abs(up / ((150 / 1000) * scale) - 1)).toBeLessThan(0.0036)
      }
    }
  })

  it('takes what Web Mercator stretches into account', () => {
    expect(1 / groundPerMercator(30.12)).toBeCloseTo(1.1581, 3)
    expect(scaleOf(zoomOf(10_000, 30.12), 30.12)).toBeCloseTo(10_000, 6)
  })

  it('has a bar of a round length that fits', () => {
    expect(scaleBar(10_000, 60)).toEqual({ lengthM: 500, mm: 50 })
    expect(scaleBar(2000, 60)).toEqual({ lengthM: 100, mm: 50 })
    for (const scale of [137, 500, 2500, 33_333, 2_000_000]) {
      const bar = scaleBar(scale, 60)
      expect(bar.mm).toBeLessThanOrEqual(60)
      expect(bar.mm).toBeGreaterThan(20)
    }
  })
})

describe('the layout of a sheet', () => {
  it('keeps every part on the page and apart from the others', () => {
    for (const size of ['a4', 'a3'] as const) {
      for (const orientation of ['portrait', 'landscape'] as const) {
        const { page, title, map, legend, scale, credits } = layoutOf(size, orientation)
        const parts = [title, map, legend, scale, credits]
        for (const part of parts) {
          expect(part.w).toBeGreaterThan(30)
          expect(part.x).toBeGreaterThanOrEqual(10)
          expect(part.x + part.w).toBeLessThanOrEqual(page.w - 10 + 1e-9)
          expect(part.y + part.h).toBeLessThanOrEqual(page.h - 10 + 1e-9)
          for (const other of parts) {
            if (other === part) continue
            const isApart =
              part.x + part.w <= other.x || other.x + other.w <= part.x || part.y + part.h <= other.y || other.y + other.h <= part.y
            expect(isApart).toBe(true)
          }
        }
      }
    }
  })
})
