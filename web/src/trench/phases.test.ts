import { describe, expect, it } from 'vitest'
import { dayOf, textOf } from './days'
import { overlaps, phaseOf, protectionsOf } from './phases'

const span = (from: string, to: string) => ({ from: dayOf(from), to: dayOf(to) })
const may = span('2026-05-01', '2026-06-01')
const years = { built: 5, major_repair: 3, opening: 3 }
const opening = {
  street_id: 1,
  street: null,
  starts_on: '2026-04-01',
  ends_on: '2026-05-10',
  protected_until: '2029-05-11',
  work_ids: [1],
  is_protection_unknown: false,
}

describe('phases', () => {
  it('a work is open in a month that holds one of its days, the last one too', () => {
    expect(phaseOf({ starts_on: '2026-05-31', ends_on: '2026-06-20' }, may)).toBe('open')
    expect(phaseOf({ starts_on: '2026-04-01', ends_on: '2026-05-01' }, may)).toBe('open')
    expect(phaseOf({ starts_on: '2026-04-01', ends_on: '2026-04-30' }, may)).toBe('after')
    expect(phaseOf({ starts_on: '2026-06-01', ends_on: '2026-06-02' }, may)).toBe('before')
    expect(phaseOf({ starts_on: null, ends_on: null }, may)).toBe('none')
  })

  it('a street is protected after what was done to it, after what is planned and after each opening', () => {
    const found = protectionsOf({ surfaced_on: '2020-03-01', surfacing: 'built', resurfacing_on: '2030-01-01', resurfacing: 'major_repair' }, [opening], years)
    expect(found.map(({ from, to, why }) => [textOf(from), textOf(to), why])).toEqual([
      ['2020-03-01', '2025-03-01', 'surfacing'],
      ['2030-01-01', '2033-01-01', 'resurfacing'],
      ['2026-05-11', '2029-05-11', 'opening'],
    ])
  })

  it('a minor repair and an unknown surfacing protect nothing', () => {
    expect(protectionsOf({ surfaced_on: '2020-03-01', surfacing: 'minor_repair' }, [], years)).toEqual([])
    expect(protectionsOf({ surfaced_on: null, surfacing: 'built' }, [], years)).toEqual([])
    expect(protectionsOf(undefined, [], years)).toEqual([])
  })

  it('spans that only touch do not overlap', () => {
    expect(overlaps(may, span('2026-06-01', '2026-07-01'))).toBe(false)
    expect(overlaps(may, span('2026-05-31', '2026-07-01'))).toBe(true)
  })
})
