/**
 * The colours of the map. Ground and streets stay pale so that communities carry the only strong
 * tint; kinds differ in lightness or carry a sign too, so that print and colour blindness lose nothing.
 */
export const ground = {
  land: '#f5f3ee',
  water: '#b9d2df',
  waterEdge: '#94b7c9',
  railway: '#8d8d8d',
  wall: '#a39a8b',
  street: '#ffffff',
  majorStreet: '#fdf0d0',
  casing: '#d3ccbf',
  path: '#c4b79d',
  building: '#e6dfd3',
  buildingEdge: '#d0c6b5',
  label: '#4c4a45',
  waterLabel: '#42728c',
  halo: '#fbfaf7',
}

export const community = { fill: '#d0773f', edge: '#a3541f', label: '#6b3410' }
export const boundary = { body: '#54457a', subdistrict: '#7d719c', neighbourhood: '#a79fbd' }
export const selection = '#0b57d0'
/** A file that is not imported yet: nothing of the city is of this purple. */
export const preview = '#8a1fb8'
/** An edited feature as a colleague left it; dashed, so that the colour need not be seen. */
export const theirs = '#8a1fb8'

/** 管线颜色, CJJ 61: water cyan, drains brown, gas magenta, heat orange, power red, telecom green. */
export const utilityColours: Record<string, string> = {
  water: '#0097b2',
  reclaimed_water: '#00b8a9',
  storm_sewer: '#8a5a2b',
  foul_sewer: '#5f3a17',
  combined_sewer: '#75491f',
  gas: '#d0149a',
  heat: '#e8740c',
  power: '#d11f1f',
  street_light: '#e06666',
  telecom: '#1d8a35',
  broadcast: '#5fae57',
  industrial: '#4a4a4a',
  utility_tunnel: '#222222',
  unknown: '#8b8b8b',
}

export interface FacilityGroup {
  colour: string
  sign: { zh: string; en: string }
  title: { zh: string; en: string }
  kinds: string[]
}

/** Facilities by what they are for. The sign in the dot says it again without colour. */
export const facilityGroups: FacilityGroup[] = [
  {
    colour: '#0a5f94',
    sign: { zh: '医', en: 'H' },
    title: { zh: '医疗卫生', en: 'Health' },
    kinds: ['health_station', 'health_center', 'pharmacy'],
  },
  {
    colour: '#7a5195',
    sign: { zh: '教', en: 'E' },
    title: { zh: '教育托育', en: 'Education and nursery' },
    kinds: ['kindergarten', 'nursery', 'primary_school', 'junior_school'],
  },
  {
    colour: '#9c3d54',
    sign: { zh: '老', en: 'C' },
    title: { zh: '养老助餐', en: 'Elder care and meals' },
    kinds: ['elder_daycare', 'nursing_home', 'canteen'],
  },
  {
    colour: '#8a5a00',
    sign: { zh: '商', en: 'M' },
    title: { zh: '便民商业', en: 'Shops and parcels' },
    kinds: ['wet_market', 'convenience_store', 'supermarket', 'parcel', 'housekeeping'],
  },
  {
    colour: '#1f6f4a',
    sign: { zh: '文', en: 'L' },
    title: { zh: '文体绿地', en: 'Culture, sport and green' },
    kinds: [
      'culture_station',
      'culture_center',
      'outdoor_fitness',
      'small_sports_ground',
      'medium_sports_ground',
      'child_elder_play',
      'green',
    ],
  },
  {
    colour: '#37474f',
    sign: { zh: '服', en: 'S' },
    title: { zh: '社区服务', en: 'Community services' },
    kinds: ['community_service_station', 'street_service_center', 'police_station', 'property_office', 'smart_security'],
  },
  {
    colour: '#5b6570',
    sign: { zh: '市', en: 'U' },
    title: { zh: '市政交通', en: 'Sanitation and transport' },
    kinds: ['public_toilet', 'waste_station', 'recycle_point', 'bus_stop', 'parking'],
  },
]

export const otherFacility = { colour: '#6b6b6b', sign: { zh: '其', en: 'O' }, title: { zh: '其他', en: 'Other' } }
