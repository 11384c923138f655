import type { components } from '../api/schema'

type Schemas = components['schemas']
export type PlaceState = Schemas['TrenchPlaceState']
/** The city's, or what an operator may know of it. */
export type ToldPlace = Schemas['TrenchPlace'] | Schemas['OwnTrenchPlace']

/** An existing line beside a trench. Metres from the axis of the street, positive on the right; of another operator's line only the face that looks at the trench. */
export interface LineBeside {
  /** `utility_line/7`, or `line/` for one of another operator. */
  reference: string
  kind: string
  quality: string | undefined
  lowM: number
  highM: number
  /** Nothing where it is another operator's. */
  diameterM: number | undefined
  isDiameterAssumed: boolean
  topM: number | undefined
  bottomM: number | undefined
}

export interface Place {
  state: PlaceState
  /** Nothing where there is none, and where it would tell the measures of a work that is not shown. */
  offsetM: number | undefined
  isMirrored: boolean
  assumedWidthM: number | undefined
  shortM: number | undefined
  /** What is too near: position among the lines, the work that asks for more, or nothing where the line lies in the ground that is dug out. */
  tooNear: { line: number; work: number | undefined; shortM: number }[]
  lines: LineBeside[]
}

interface Placed {
  line: number[][]
  place?: ToldPlace | null
}

const given = <T>(value: T | null | undefined): T | undefined => value ?? undefined

/** Where a trench will lie, whoever is told; nothing where a plan was kept before that was told. */
export function placeOf({ place }: Pick<Placed, 'place'>): Place | undefined {
  if (!place) return undefined
  const references = place.lines.map((line) => ('line' in line ? (line.line.feature ?? `${line.line.what}/`) : `utility_line/${line.line_id}`))
  return {
    state: place.state,
    offsetM: given(place.offset_m),
    isMirrored: place.is_mirrored ?? false,
    assumedWidthM: given(place.assumed_width_m),
    shortM: given(place.short_m),
    tooNear: place.too_near.map((one) => ({
      line: 'position' in one ? one.position : references.indexOf(`utility_line/${one.line_id}`),
      work: given(one.work_id),
      shortM: one.short_m,
    })),
    lines: place.lines.map((line, n) => {
      const face = 'face_m' in line ? given(line.face_m) : undefined
      return {
        reference: references[n] ?? 'line/',
        kind: line.utility_kind,
        quality: given(line.quality_level),
        lowM: given(line.low_m) ?? face ?? 0,
        highM: given(line.high_m) ?? face ?? 0,
        diameterM: given(line.diameter_m),
        isDiameterAssumed: line.is_diameter_assumed ?? false,
        topM: given(line.top_m),
        bottomM: given(line.bottom_m),
      }
    }),
  }
}

/** The trench's own axis where it has a place and that is told, else that of its street. */
export function liesAlong({ line, place }: Placed): number[][] {
  return place && place.line.length > 0 ? place.line : line
}

const COMPASS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Compass = (typeof COMPASS)[number]

/** Where the right side of a line is, or its left side, from its first place to its last. */
export function sideOf(line: number[][], isRight: boolean): Compass | undefined {
  const [first, last] = [line[0], line.at(-1)]
  if (!first || !last) return undefined
  const [lon, lat] = [(last[0] ?? 0) - (first[0] ?? 0), (last[1] ?? 0) - (first[1] ?? 0)]
  if (lon === 0 && lat === 0) return undefined
  const heading = Math.atan2(lon * Math.cos(((first[1] ?? 0) * Math.PI) / 180), lat) + (isRight ? Math.PI / 2 : -Math.PI / 2)
  return COMPASS[Math.round((heading / Math.PI) * 4 + 8) % 8]
}
