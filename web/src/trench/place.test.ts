import { describe, expect, it } from 'vitest'
import { translate } from '../i18n'
import { liesAlong, placeOf, sideOf, type ToldPlace } from './place'
import { placeRows, type PlaceWords } from './place_words'
import type { Say } from './section'

const say: Say = (key, values) => translate('zh', key, values)
const east = [[104.6, 30.1], [104.61, 30.1]]
const words: PlaceWords = { axis: east, hasHidden: false, lineName: (n) => 'AB'[n] ?? '?', workName: (id) => `工程 ${id}` }

const whole: ToldPlace = {
  state: 'blocked',
  offset_m: -1,
  submitted_offset_m: 0,
  is_mirrored: true,
  short_m: 0.08,
  too_near: [{ line_id: 6, work_id: 2, short_m: 0.08 }, { line_id: 5, short_m: 0.02 }],
  lines: [
    { line_id: 5, utility_kind: 'gas', low_m: -3, high_m: -2, diameter_m: 0.16, is_diameter_assumed: false, top_m: 1, bottom_m: 1.2 },
    { line_id: 6, utility_kind: 'water', low_m: 1, high_m: 1, diameter_m: 0.3, is_diameter_assumed: true },
  ],
  line: [[104.6, 30.1001], [104.61, 30.1001]],
}

describe('the place of a trench', () => {
  it('names which line is too near to what, by how much', () => {
    const place = placeOf({ place: whole })
    expect(place?.tooNear).toEqual([{ line: 1, work: 2, shortM: 0.08 }, { line: 0, work: undefined, shortM: 0.02 }])
    const rows = placeRows(place, words, say)
    expect(rows.map(({ sign }) => sign)).toEqual(['✕', '✕', '✕'])
    expect(rows[0]!.text).toContain('距道路中线 1.00 m，左侧（北）')
    expect(rows[0]!.text).toContain('0.08 m')
    expect(rows[1]!.text).toBe('B 距 工程 2 还差 0.08 m')
    expect(rows[2]!.text).toBe('A 在开挖范围内，还差 0.02 m')
  })

  it('of another operator has a face and no measures', () => {
    const own: ToldPlace = {
      state: 'free',
      offset_m: 0.5,
      is_mirrored: false,
      short_m: 0,
      too_near: [],
      lines: [{ line: { feature: null, what: 'line' }, utility_kind: 'gas', face_m: -3.9 }],
      line: [],
    }
    const place = placeOf({ place: own })
    expect(place?.lines[0]).toMatchObject({ reference: 'line/', lowM: -3.9, highM: -3.9, diameterM: undefined })
    expect(liesAlong({ line: east, place: own })).toBe(east)
    expect(liesAlong({ line: east, place: whole })).toBe(whole.line)
  })

  it('is never told to pass, and what is not known is said', () => {
    const sign = (place: Partial<ToldPlace> | undefined, more: Partial<PlaceWords> = {}) =>
      placeRows(place && placeOf({ place: { ...whole, too_near: [], ...place } as ToldPlace }), { ...words, ...more }, say)[0]!
    expect(sign(undefined)).toMatchObject({ sign: '?' })
    expect(sign({ state: 'free' }).sign).toBe('!')
    expect(sign({ state: 'width_unknown', assumed_width_m: 12 }).text).toContain('12.00 m')
    expect(sign({ state: 'no_street', offset_m: null }).sign).toBe('?')
    expect(sign({ state: 'free', offset_m: null }, { hasHidden: true }).text).toContain(say('secPlaceHidden'))
  })

  it('says where the right side of a street is', () => {
    expect([sideOf(east, true), sideOf(east, false)]).toEqual(['s', 'n'])
    expect(sideOf([[104.6, 30.1], [104.6, 30.2]], true)).toBe('e')
    expect(sideOf([[104.6, 30.1], [104.59, 30.09]], true)).toBe('nw')
    expect(sideOf([], true)).toBeUndefined()
  })
})
