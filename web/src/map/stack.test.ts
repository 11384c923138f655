import { describe, expect, it } from 'vitest'
import { CLICK_ORDER, SHOWN_AT_FIRST, stack } from './stack'
import { ground } from './palette'

const drawn = stack('zh', new Set())

describe('stack', () => {
  it('names every drawn layer once and draws every layer that can be clicked', () => {
    const ids = drawn.map(({ spec }) => spec.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...new Set(drawn.map(({ of }) => of))].sort()).toEqual([...CLICK_ORDER].sort())
    expect(CLICK_ORDER).toEqual(expect.arrayContaining(SHOWN_AT_FIRST))
  })

  it('shows no pipe until somebody asks for it', () => {
    for (const id of ['utility_line', 'utility_work', 'shared_trench']) expect(SHOWN_AT_FIRST).not.toContain(id)
  })

  it('lays casings below the streets, buildings above communities and all names on top', () => {
    const at = (id: string) => drawn.findIndex(({ spec }) => spec.id === id)
    expect(at('street-primary-casing')).toBeLessThan(at('street-lane'))
    expect(at('water')).toBeLessThan(at('street-lane-casing'))
    const lastLine = drawn.findLastIndex(({ spec }) => spec.type === 'line')
    expect(at('community-label')).toBeGreaterThan(lastLine)
    expect(at('building')).toBeGreaterThan(at('community'))
  })

  it('keeps map text readable: at least 4.5 to 1 against the land', () => {
    for (const { spec } of drawn) {
      const colour = spec.type === 'symbol' ? spec.paint?.['text-color'] : undefined
      if (typeof colour !== 'string' || colour === '#ffffff') continue
      expect(contrast(colour, ground.land), spec.id).toBeGreaterThanOrEqual(4.5)
    }
  })
})

/** WCAG 2.2 contrast of two colours written #rrggbb. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}
