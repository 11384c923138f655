import type { Layer } from '../api/client'
import type { Language } from '../i18n'
import { boundary, community, facilityGroups, ground, otherFacility, utilityColours } from './palette'

/** How a thing is shown beside its name. */
export interface Sample {
  shape: 'area' | 'line' | 'band' | 'street' | 'ring' | 'dot'
  colour: string
  /** A filled area lets the ground through. */
  opacity?: number
  edge?: string
  dash?: number[]
  sign?: string
}

/** One line of a legend, and what on the map it stands for. */
export interface LegendEntry {
  id: string
  title: string
  /** None beside a heading. */
  sample?: Sample
  /** The drawn layers. */
  layers: string[]
  /** Which of their features; all when absent. */
  isOf?: (properties: Record<string, unknown>, id?: string | number) => boolean
}

/** Drawn layers that only finish another: casings, edges, signs. */
export const COMPANIONS = [
  'community-edge',
  'railway-gaps',
  'street-primary-casing',
  'street-secondary-casing',
  'street-branch-casing',
  'street-lane-casing',
]

const words: Record<string, Record<Language, string>> = {
  counted: { zh: '合计（色深为多）', en: 'counted, darker for more' },
  closed: { zh: '（未开放）', en: ', not open' },
  unsurveyed: { zh: '非实测管线（虚线）', en: 'Not surveyed (dashed)' },
  water: { zh: '河流水面', en: 'Rivers and water' },
  otherBarrier: { zh: '其他障碍', en: 'Other barriers' },
  wall: { zh: '围墙等', en: 'Walls and the like' },
  railway: { zh: '铁路', en: 'Railways' },
  major: { zh: '主干道路', en: 'Major streets' },
  path: { zh: '步行道', en: 'Footways' },
}

/** Everything that a map of these layers can show, in the order of a legend. `zoom` is that of the map. */
export function legendEntries(layers: Layer[], language: Language, zoom: number): LegendEntry[] {
  const say = (key: string) => words[key]?.[language] ?? key
  const entries: LegendEntry[] = []
  for (const layer of layers) {
    const title = layer.title[language]
    const add = (id: string, sample: Sample, drawn: string[], isOf?: LegendEntry['isOf'], name = title) =>
      entries.push({ id, title: name, sample, layers: drawn, ...(isOf ? { isOf } : {}) })
    const counted = (drawn: string, shape: 'area' | 'dot', colour: string) =>
      add(`${layer.id}-counted`, { shape, colour, opacity: 0.45 }, [drawn], undefined, `${title}${language === 'zh' ? '' : ', '}${say('counted')}`)
    const kinds = layer.fields.find(({ name }) => name === 'utility_kind')?.choices ?? []
    const edge = (colour: string, dash: number[]) => {
      add(layer.id, { shape: 'line', colour, dash }, [`${layer.id}-edge`])
      counted(`${layer.id}-counted`, 'area', colour)
    }
    switch (layer.id) {
      case 'responsible_body':
        edge(boundary.body, [7, 2, 1.5, 2])
        break
      case 'subdistrict':
        edge(boundary.subdistrict, [5, 2.5])
        break
      case 'neighbourhood':
        edge(boundary.neighbourhood, [2, 2])
        break
      case 'precinct':
        add('precinct', { shape: 'area', colour: '#4f7f6b', opacity: 0.25, edge: '#2f5c4a' }, ['precinct'])
        counted('precinct-counted', 'area', '#4f7f6b')
        break
      case 'community':
        add('community', { shape: 'area', colour: community.fill, opacity: 0.34, edge: community.edge }, ['community'])
        counted('community-counted', 'area', community.fill)
        break
      case 'building':
        add('building', { shape: 'area', colour: ground.building, edge: ground.buildingEdge }, ['building'])
        counted('building-counted', 'area', '#b9ac97')
        break
      case 'gate':
        add('gate', { shape: 'ring', colour: community.edge }, ['gate'], ({ is_open }) => is_open !== false)
        add('gate-closed', { shape: 'dot', colour: community.edge }, ['gate'], ({ is_open }) => is_open === false, `${title}${say('closed')}`)
        break
      case 'candidate_site':
        add('candidate_site', { shape: 'ring', colour: '#1f6f4a' }, ['candidate-site'])
        counted('candidate-site-counted', 'dot', '#1f6f4a')
        break
      case 'facility':
        for (const group of [...facilityGroups, { ...otherFacility, kinds: undefined }]) {
          const codes = group.kinds
          const known = facilityGroups.flatMap(({ kinds }) => kinds)
          const sample: Sample = { shape: 'dot', colour: group.colour, ...(zoom >= 15 ? { sign: group.sign[language] } : {}) }
          const isOf = ({ facility_kind }: Record<string, unknown>) =>
            codes ? codes.includes(String(facility_kind)) : !known.includes(String(facility_kind))
          add(`facility-${group.colour}`, sample, ['facility'], isOf, group.title[language])
        }
        counted('facility-counted', 'dot', '#5b6570')
        break
      case 'street':
        add('street-major', { shape: 'street', colour: ground.majorStreet, edge: ground.casing }, ['street-primary'], undefined, say('major'))
        add('street', { shape: 'street', colour: ground.street, edge: ground.casing }, ['street-secondary', 'street-branch', 'street-lane'])
        add('street-path', { shape: 'line', colour: ground.path, dash: [3, 2] }, ['street-path'], undefined, say('path'))
        break
      case 'barrier':
        add('water', { shape: 'area', colour: ground.water, edge: ground.waterEdge }, ['water', 'stream'], undefined, say('water'))
        add('railway', { shape: 'line', colour: ground.railway, dash: [5, 2] }, ['railway'], undefined, say('railway'))
        add('wall', { shape: 'line', colour: ground.wall }, ['wall'], undefined, say('wall'))
        add('barrier-area', { shape: 'area', colour: '#d9d4c9' }, ['barrier-area'], undefined, say('otherBarrier'))
        counted('barrier-counted', 'area', ground.wall)
        break
      case 'utility_line':
      case 'utility_work': {
        const isLine = layer.id === 'utility_line'
        const drawn = isLine ? ['utility-line', 'utility-line-unsurveyed'] : ['utility-work']
        for (const { code, title: kind } of kinds) {
          const isOf = ({ utility_kind }: Record<string, unknown>) => utility_kind === code
          const colour = utilityColours[code] ?? utilityColours['unknown'] ?? '#8b8b8b'
          add(`${layer.id}-${code}`, { shape: isLine ? 'line' : 'band', colour }, drawn, isOf, `${title}·${kind[language]}`)
        }
        if (isLine) add('unsurveyed', { shape: 'line', colour: '#8b8b8b', dash: [4, 2] }, ['utility-line-unsurveyed'], undefined, say('unsurveyed'))
        break
      }
      case 'shared_trench':
        add('shared_trench', { shape: 'band', colour: '#333333' }, ['shared-trench'])
        break
    }
  }
  return entries
}

/** Those of the entries for which something is drawn. */
export function entriesDrawn(
  entries: LegendEntry[],
  features: { layer: string; id?: string | number | undefined; properties: Record<string, unknown> }[],
): LegendEntry[] {
  return entries.filter(({ layers, isOf }) =>
    features.some(({ layer, id, properties }) => layers.includes(layer) && (isOf?.(properties, id) ?? true)),
  )
}
