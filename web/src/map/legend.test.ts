import { describe, expect, it } from 'vitest'
import type { Layer } from '../api/client'
import { COMPANIONS, entriesDrawn, legendEntries } from './legend'
import { CLICK_ORDER, stack } from './stack'

const layer = (id: string): Layer =>
  ({
    id,
    title: { zh: id, en: id },
    fields: [{ name: 'utility_kind', choices: [{ code: 'gas', title: { zh: '燃气', en: 'Gas' } }] }],
  }) as unknown as Layer
const layers = CLICK_ORDER.map(layer)

describe('the legend', () => {
  it('has a line for everything that is drawn but names', () => {
    const entries = legendEntries(layers, 'zh', 16)
    const drawn = stack('zh', new Set()).filter(({ spec }) => spec.type !== 'symbol').map(({ spec }) => spec.id)
    const explained = new Set([...entries.flatMap((entry) => entry.layers), ...COMPANIONS])
    expect(drawn.filter((id) => !explained.has(id))).toEqual([])
    expect([...explained].filter((id) => !drawn.includes(id))).toEqual([])
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  })

  it('names only what is there', () => {
    const entries = legendEntries(layers, 'zh', 16)
    const features = [
      { layer: 'gate', properties: { is_open: false } },
      { layer: 'facility', properties: { facility_kind: 'pharmacy' } },
      { layer: 'facility', properties: { facility_kind: 'never heard of' } },
      { layer: 'utility-line-unsurveyed', properties: { utility_kind: 'gas' } },
    ]
    const titles = entriesDrawn(entries, features).map(({ title }) => title)
    expect(titles.sort()).toEqual(['gate（未开放）', 'utility_line·燃气', '其他', '医疗卫生', '非实测管线（虚线）'].sort())
  })
})
