import { describe, expect, it } from 'vitest'
import { translate } from '../i18n'
import { drawSection, rowsOf, scaleOf, type Say, type SectionDrawing } from './section'
import { wrapped } from './svg'

const say: Say = (key, values) => translate('zh', key, values)
const pipe = { colour: '#0097b2', isDuctBank: false, isDiameterAssumed: false, isDepthAssumed: false }

/** The first cross-section of docs/trenches.md: water DN 200 beside a foul sewer DN 400. */
const first: SectionDrawing = {
  title: '榕树二路 <共沟>',
  widthM: 2.4,
  depthM: 2.1,
  streetWidthM: 12,
  fullWidthM: 2.4,
  excessM: 0,
  lines: [
    { ...pipe, name: '给水 DN200', centreM: 0.5, diameterM: 0.2, topM: 1, bottomM: 1.2 },
    { ...pipe, name: '污水 DN400', colour: '#5f3a17', centreM: 1.8, diameterM: 0.4, topM: 1.6, bottomM: 2 },
  ],
  checks: [
    { of: 0, to: 1, measuredM: 1, leastM: 1, mostM: 1, verdict: 'needs_review', clause: '4.1.9', isAxisDistance: false, isAccepted: false },
    { of: 0, to: undefined, measuredM: 1, leastM: 0.7, mostM: 0.7, verdict: 'needs_review', clause: '4.1.1', isAxisDistance: false, isAccepted: false },
  ],
  givesWay: [],
  beside: [],
  place: [],
}

function attributes(svg: string, element: string): Record<string, number>[] {
  return [...svg.matchAll(new RegExp(`<${element} ([^>]*)/>`, 'g'))].map(([, all = '']) =>
    Object.fromEntries([...all.matchAll(/([\w-]+)="(-?[\d.]+)"/g)].map(([, key = '', value]) => [key, Number(value)])),
  )
}

describe('the cross-section', () => {
  it('is drawn to one scale, across and down', () => {
    const svg = drawSection(first, say, 720)
    const scale = scaleOf(first, 720)
    const [water, sewer] = attributes(svg, 'circle')
    expect(water!['r']! / scale).toBeCloseTo(0.1, 3)
    expect(sewer!['r']! / scale).toBeCloseTo(0.2, 3)
    expect((sewer!['cx']! - water!['cx']!) / scale).toBeCloseTo(1.3, 3)
    expect((sewer!['cy']! - water!['cy']!) / scale).toBeCloseTo(0.7, 3)
    const trench = attributes(svg, 'rect')[2]!
    expect(trench['width']! / scale).toBeCloseTo(2.4, 3)
    expect(trench['height']! / scale).toBeCloseTo(2.1, 3)
    expect((water!['cx']! - trench['x']!) / scale).toBeCloseTo(0.5, 3)
  })

  it('stays inside its frame in a narrow panel and on a wide sheet', () => {
    for (const width of [360, 412, 900]) {
      const svg = drawSection({ ...first, widthM: 5.36, fullWidthM: 5.36 }, say, width)
      const [, height] = /viewBox="0 0 \d+ (\d+)"/.exec(svg)!.map(Number)
      for (const { cx = 0, cy = 0, r = 0 } of attributes(svg, 'circle')) {
        expect(cx - r).toBeGreaterThan(0)
        expect(cx + r).toBeLessThan(width)
        expect(cy + r).toBeLessThan(height!)
      }
    }
  })

  it('says every check with its number, clause and sign, not by colour alone', () => {
    const [, , clear, cover, fits] = rowsOf(first, say)
    expect(clear).toMatchObject({ sign: '!' })
    expect(clear!.text).toContain('①–②')
    expect(clear!.text).toContain('1.00 m')
    expect(clear!.text).toContain('4.1.9')
    expect(cover!.text).toContain('4.1.1')
    expect(fits!.sign).toBe('✓')
  })

  it('tells unknown, failed and unnumbered checks apart', () => {
    const checks: SectionDrawing['checks'] = [
      { ...first.checks[0]!, verdict: 'unknown', measuredM: undefined, leastM: undefined, mostM: undefined, clause: '' },
      { ...first.checks[0]!, verdict: 'fail', measuredM: 0.4, isAccepted: true },
      { ...first.checks[0]!, leastM: 0.5, mostM: 2, isAxisDistance: true },
    ]
    const rows = rowsOf({ ...first, checks }, say).slice(2, 5)
    expect(rows.map(({ sign }) => sign)).toEqual(['?', '✕', '!'])
    expect(new Set(rows.map(({ colour }) => colour)).size).toBe(3)
    expect(rows[0]!.text).toContain(say('secNoNumber'))
    expect(rows[1]!.text).toContain(say('secAccepted'))
    expect(rows[2]!.text).toContain('≤ 1.00 m')
    expect(rows[2]!.text).toContain('2.00 m')
  })

  it('marks what is assumed by dashes and in words', () => {
    const lines = [{ ...first.lines[0]!, isDepthAssumed: true, isDiameterAssumed: true }, first.lines[1]!]
    expect(drawSection({ ...first, lines }, say, 720).match(/stroke-dasharray="3 2"/g)).toHaveLength(1)
    const [row] = rowsOf({ ...first, lines }, say)
    expect(row!.text).toContain(say('secDiameterAssumed'))
    expect(row!.text).toContain(say('secDepthAssumed'))
  })

  it('says by how much it does not fit and who gives way, and that a width is not known', () => {
    const tight = rowsOf({ ...first, streetWidthM: 5, fullWidthM: 5.36, excessM: 0.36, givesWay: ['电力'] }, say)
    expect(tight.at(-2)).toMatchObject({ sign: '✕' })
    expect(tight.at(-2)!.text).toContain('0.36 m')
    expect(tight.at(-1)!.text).toContain('电力')
    expect(rowsOf({ ...first, streetWidthM: undefined, excessM: undefined }, say).at(-1)!.sign).toBe('?')
  })

  it('draws existing lines in the ground beside it, hatched and by letters', () => {
    const gas = { name: '现状管线 燃气 DN160 5', fromM: 3.6, toM: 3.76, topM: 1.1, bottomM: 1.26, isAssumed: false, isFace: false, weavesM: 0, quality: '实测' }
    const drawing: SectionDrawing = {
      ...first,
      beside: [gas, { ...gas, name: '其他单位的现状管线 电力', fromM: -0.8, toM: -0.8, topM: undefined, bottomM: undefined, isFace: true, quality: undefined }],
      checks: [{ ...first.checks[0]!, to: undefined, beside: 0, measuredM: 1.6, leastM: 1.2, mostM: 1.2 }],
      place: [{ sign: '!', text: '位置', colour: '#000000' }],
    }
    const svg = drawSection(drawing, say, 720)
    const scale = scaleOf(drawing, 720)
    const trench = attributes(svg, 'rect')[2]!
    const circles = attributes(svg, 'circle')
    expect(circles).toHaveLength(3)
    const drawn = circles.find(({ r }) => Math.abs(r! / scale - 0.08) < 1e-3)!
    expect((drawn['cx']! - trench['x']!) / scale).toBeCloseTo(3.68, 3)
    expect(svg).toContain('url(#existing-line)')
    const sloping = drawSection({ ...drawing, beside: [{ ...gas, bottomM: 1.9 }] }, say, 720)
    expect(attributes(sloping, 'circle'), 'its ends are not equally deep: no circle').toHaveLength(2)
    expect(trench['x']!).toBeGreaterThan(0.8 * scale)
    const texts = rowsOf(drawing, say).map(({ sign, text }) => `${sign} ${text}`)
    expect(texts[2]).toContain('A 现状管线 燃气 DN160 5，距沟壁 1.20 m，顶 1.10 m，底 1.26 m，数据：实测')
    expect(texts[3]).toContain('距沟壁 0.80 m')
    expect(texts[3]).toContain(say('secBesideFace'))
    expect(texts[4]).toContain('①–A 净距 1.60 m')
    expect(texts[5]).toBe('! 位置')
  })

  it('escapes what stands in names', () => {
    const svg = drawSection(first, say, 720)
    expect(svg).toContain('榕树二路 &lt;共沟&gt;')
    expect(svg).not.toContain('<共沟>')
  })

  it('a text is wrapped without losing a letter, words stay whole', () => {
    const content = '净距 1.00 m，应不小于 GB 50289-2016 table'
    const lines = wrapped(content, 12, 90)
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.join('').replaceAll(' ', '')).toBe(content.replaceAll(' ', ''))
    expect(lines.some((one) => one.includes('50289-2016'))).toBe(true)
  })
})
