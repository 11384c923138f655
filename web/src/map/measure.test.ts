import { describe, expect, it } from 'vitest'
import { lengthM, ringSize } from './measure'

describe('measure', () => {
  it('gives a hundredth of a degree of latitude at Ziyang its ellipsoidal length', () => {
    // Meridian arc 30.12 to 30.13 on GRS 80, whose flattening differs from CGCS2000's in the 10th digit.
    expect(
      lengthM([
        [104.65, 30.12],
        [104.65, 30.13],
      ]),
    ).toBeCloseTo(1108.55, 1)
  })

  it('gives an area that does not depend on the direction or on the ring being closed', () => {
    const ring = [
      [104.65, 30.12],
      [104.66, 30.12],
      [104.66, 30.13],
      [104.65, 30.13],
    ]
    const open = ringSize(ring)
    const closed = ringSize([...ring, ring[0] ?? []])
    const reversed = ringSize([...ring].reverse())
    expect(closed).toEqual(open)
    expect(reversed.areaM2).toBeCloseTo(open.areaM2, 3)
    // Web Mercator would say a third more.
    expect(open.areaM2 / (963.4 * 1108.55)).toBeCloseTo(1, 2)
  })
})
