import type { Key } from '../i18n'
import { VERDICT_COLOURS, VERDICT_SIGNS, type Verdict } from '../ui/verdicts'
import { existing, floorOf, groundOf, lettered, tellBeside, type SectionBeside } from './section_beside'
import { element, escaped, line, text, widthOf, wrapped } from './svg'

/** A line in the cross-section of a trench. Metres from the trench's edge on the side of the street's edge, and below the surface. */
export interface SectionLine {
  /** Kind and size in the user's words. */
  name: string
  colour: string
  isDuctBank: boolean
  centreM: number
  diameterM: number
  topM: number
  bottomM: number
  isDiameterAssumed: boolean
  isDepthAssumed: boolean
}

/** A distance that was held against the tables. */
export interface SectionCheck {
  /** Position of a line; of two, or of one for its cover. */
  of: number
  to: number | undefined
  /** Position of the existing line that it is held against. */
  beside?: number
  measuredM: number | undefined
  leastM: number | undefined
  mostM: number | undefined
  verdict: Verdict
  clause: string
  isAxisDistance: boolean
  isAccepted: boolean
}

export interface SectionDrawing {
  title: string
  widthM: number
  depthM: number
  streetWidthM: number | undefined
  fullWidthM: number
  /** By how much all lines together are too wide; nothing where nobody knows the street's width. */
  excessM: number | undefined
  lines: SectionLine[]
  /** Existing lines that are near enough to be drawn. */
  beside: SectionBeside[]
  checks: SectionCheck[]
  /** Where across its street it lies, and what is too near there. */
  place: Row[]
  /** Who gives way, first who gives way first, in the user's words. */
  givesWay: string[]
}

/** The user's words: `app.t`, or the dictionary in a test. */
export type Say = (key: Key, values?: Record<string, string | number>) => string

const INK = '#24231f'
const QUIET = '#605c54'
const FONT = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif"
const SIZE = 12
const LEFT = 46
const EDGE = 14
const MOST_PX_A_METRE = 170
const HIGHEST_PX = 400

export const numbered = (n: number) => String.fromCodePoint(0x2460 + n)
const metres = (m: number) => `${m.toFixed(2)} m`

/** The scale at which a drawing fits, in pixels a metre. */
export function scaleOf(drawing: Pick<SectionDrawing, 'widthM' | 'depthM' | 'beside'>, widthPx: number, highestPx = HIGHEST_PX): number {
  return Math.min(MOST_PX_A_METRE, (widthPx - LEFT - EDGE) / acrossOf(drawing), highestPx / floorOf(drawing))
}

/** Metres that are drawn, from left to right. */
function acrossOf(drawing: Pick<SectionDrawing, 'widthM' | 'depthM' | 'beside'>): number {
  const [left, right] = groundOf(drawing)
  return left + drawing.widthM + right
}

/** The cross-section of a trench to scale, as an SVG of its own: what is drawn on the screen is what is downloaded. */
export function drawSection(drawing: SectionDrawing, say: Say, widthPx: number, highestPx = HIGHEST_PX): string {
  const scale = scaleOf(drawing, widthPx, highestPx)
  const left = LEFT + Math.max(0, (widthPx - LEFT - EDGE - acrossOf(drawing) * scale) / 2)
  const titles = wrapped(drawing.title, 14, widthPx - 2 * EDGE)
  const ground = 14 + titles.length * 19 + 46
  const [beside] = groundOf(drawing)
  const x = (m: number) => left + (beside + m) * scale
  const y = (m: number) => ground + m * scale
  const floor = y(floorOf(drawing))
  const parts = [
    ...titles.map((one, n) => text(EDGE, 20 + n * 19, one, { 'font-size': 14, 'font-weight': 600 })),
    ...earth(drawing, say, x, y, floor),
    ...depths(drawing, left, y),
    ...existing(drawing, x, y),
    ...drawing.lines.flatMap((one, n) => pipe(one, n, drawing.checks, scale, x, y)),
    ...clearances(drawing, x, y, floor),
    scaleBar(scale, left, floor + 66),
  ]
  let below = floor + 98
  for (const row of rowsOf(drawing, say)) {
    for (const [n, one] of wrapped(row.text, SIZE, widthPx - 2 * EDGE - 22).entries()) {
      if (n === 0 && row.sign) parts.push(text(EDGE, below, row.sign, { fill: row.colour, 'font-weight': 700 }))
      parts.push(text(EDGE + 20, below, one, { fill: row.colour }))
      below += 17
    }
  }
  const height = below + 2
  const told = rowsOf(drawing, say).map((row) => `${row.sign} ${row.text}`.trim()).join('; ')
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${widthPx} ${Math.round(height)}`,
      width: widthPx,
      height: Math.round(height),
      role: 'img',
      'font-family': FONT,
      'font-size': SIZE,
      fill: INK,
    },
    `<title>${escaped(drawing.title)}</title><desc>${escaped(told)}</desc>${element('rect', { width: widthPx, height: Math.round(height), fill: '#ffffff' })}${parts.join('')}`,
  )
}

type Scale = (m: number) => number

/** The ground, the trench in it, its width, and on which side the street's edge is. */
function earth(drawing: SectionDrawing, say: Say, x: Scale, y: Scale, floor: number): string[] {
  const { widthM, depthM } = drawing
  const [left, right] = groundOf(drawing)
  const [from, to, top] = [x(-left), x(widthM + right), y(0)]
  const centre = say('secToCentre')
  return [
    element('rect', { x: from, y: top, width: to - from, height: floor - top, fill: '#e9dfcc' }),
    element('rect', { x: x(0), y: top, width: x(widthM) - x(0), height: y(depthM) - top, fill: '#fffdf9', stroke: INK, 'stroke-width': 1.5 }),
    line(from, top, x(0), top, { stroke: INK, 'stroke-width': 3 }),
    line(x(widthM), top, to, top, { stroke: INK, 'stroke-width': 3 }),
    ...dimension(x(0), x(widthM), top - 10, `${say('secWidth')} ${metres(widthM)}`, INK),
    text(from, top - 32, say('secToEdge'), { fill: QUIET, 'font-size': 11 }),
    text(to, top - 32, centre, { fill: QUIET, 'font-size': 11, 'text-anchor': 'end' }),
  ]
}

/** Metres below the surface, on the left. */
function depths({ depthM }: SectionDrawing, left: number, y: Scale): string[] {
  const step = depthM > 2.5 ? 1 : 0.5
  const ticks: string[] = [line(left - 6, y(0), left - 6, y(depthM), { stroke: QUIET })]
  for (let m = 0; m <= depthM + 1e-9; m += step) {
    ticks.push(line(left - 10, y(m), left - 2, y(m), { stroke: QUIET }))
    ticks.push(text(left - 13, y(m) + 4, m.toFixed(1), { 'font-size': 10.5, 'text-anchor': 'end', fill: QUIET }))
  }
  return ticks
}

/** A line in its colour with its number, and its cover. What is assumed is drawn dashed. */
function pipe(one: SectionLine, n: number, checks: SectionCheck[], scale: number, x: Scale, y: Scale): string[] {
  const isAssumed = one.isDiameterAssumed || one.isDepthAssumed
  const radius = Math.max(2.5, (one.diameterM * scale) / 2)
  const [cx, cy] = [x(one.centreM), y((one.topM + one.bottomM) / 2)]
  const look = { fill: one.colour, 'fill-opacity': isAssumed ? 0.45 : 0.9, stroke: INK, 'stroke-width': 1.2, 'stroke-dasharray': isAssumed ? '3 2' : undefined }
  const shape = one.isDuctBank
    ? element('rect', { x: cx - radius, y: cy - radius, width: 2 * radius, height: 2 * radius, ...look })
    : element('circle', { cx, cy, r: radius, ...look })
  const cover = checks.find(({ of, to, beside }) => of === n && to === undefined && beside === undefined)
  const bold = { 'text-anchor': 'middle', 'font-size': 14, 'font-weight': 600 }
  // Its number inside where there is room, else below.
  const sign = radius >= 10 ? text(cx, cy + 5, numbered(n), isAssumed ? bold : { ...bold, fill: '#ffffff' }) : text(cx, cy + radius + 14, numbered(n), { ...bold, ...HALO })
  const parts = [shape, sign]
  if (one.topM * scale < 14) return parts
  const colour = cover ? VERDICT_COLOURS[cover.verdict] : QUIET
  const label = `${one.topM.toFixed(2)}${one.isDepthAssumed ? '*' : ''}${cover ? ` ${VERDICT_SIGNS[cover.verdict]}` : ''}`
  const middle = (y(0) + cy - radius) / 2
  parts.push(line(cx, y(0), cx, cy - radius, { stroke: colour }))
  if (widthOf(label, 10.5) < cy - radius - y(0) + 6) {
    parts.push(text(cx + 10, middle, label, { fill: colour, 'font-size': 10.5, 'text-anchor': 'middle', transform: `rotate(-90 ${cx + 10} ${middle})`, ...HALO }))
  }
  return parts
}

const HALO = { stroke: '#fffdf9', 'stroke-width': 3, 'paint-order': 'stroke' }

/** The clear distance between neighbours below the trench, in two rows so that texts do not meet. */
function clearances({ lines, checks }: SectionDrawing, x: Scale, y: Scale, floor: number): string[] {
  return lines.slice(1).flatMap((right, n) => {
    const leftLine = lines[n] as SectionLine
    const [from, to] = [leftLine.centreM + leftLine.diameterM / 2, right.centreM - right.diameterM / 2]
    const check = checks.find((one) => (one.of === n && one.to === n + 1) || (one.of === n + 1 && one.to === n))
    const colour = check ? VERDICT_COLOURS[check.verdict] : QUIET
    const at = floor + 18 + (n % 2) * 26
    const thin = { stroke: colour, 'stroke-dasharray': '2 2' }
    return [
      line(x(from), y((leftLine.topM + leftLine.bottomM) / 2), x(from), at + 4, thin),
      line(x(to), y((right.topM + right.bottomM) / 2), x(to), at + 4, thin),
      ...dimension(x(from), x(to), at, `${(to - from).toFixed(2)}${check ? ` ${VERDICT_SIGNS[check.verdict]}` : ''}`, colour),
    ]
  })
}

/** A line with ends, and a text above it. */
function dimension(from: number, to: number, at: number, label: string, colour: string): string[] {
  const look = { stroke: colour, 'stroke-width': 1.2 }
  return [
    line(from, at, to, at, look),
    line(from, at - 4, from, at + 4, look),
    line(to, at - 4, to, at + 4, look),
    text((from + to) / 2, at - 5, label, { fill: colour, 'font-size': 11, 'text-anchor': 'middle', ...HALO, stroke: '#ffffff' }),
  ]
}

function scaleBar(scale: number, left: number, at: number): string {
  const long = scale >= 60 ? 1 : 2
  const end = left + long * scale
  const look = { stroke: INK, 'stroke-width': 1.5 }
  return [
    line(left, at, end, at, look),
    line(left, at - 4, left, at + 4, look),
    line(end, at - 4, end, at + 4, look),
    text(end + 6, at + 4, `${long} m`, { 'font-size': 11 }),
  ].join('')
}

export interface Row {
  sign: string
  text: string
  colour: string
}

/** What stands below the drawing: the lines, what was checked, and whether it fits. */
export function rowsOf(drawing: SectionDrawing, say: Say): Row[] {
  const plain = (sign: string, content: string): Row => ({ sign, text: content, colour: INK })
  const rows = drawing.lines.map((one, n) => {
    const assumed = [...(one.isDiameterAssumed ? [say('secDiameterAssumed')] : []), ...(one.isDepthAssumed ? [say('secDepthAssumed')] : [])]
    const told = say('secLine', { name: one.name, top: metres(one.topM), bottom: metres(one.bottomM) })
    return plain(numbered(n), [told, ...assumed].join(say('secComma')))
  })
  for (const [n, one] of drawing.beside.entries()) rows.push(plain(lettered(n), tellBeside(one, drawing.widthM, say)))
  for (const check of drawing.checks) rows.push({ sign: VERDICT_SIGNS[check.verdict], text: tellCheck(check, say), colour: VERDICT_COLOURS[check.verdict] })
  rows.push(...drawing.place)
  if (drawing.streetWidthM === undefined) rows.push({ sign: VERDICT_SIGNS.unknown, text: say('secStreetUnknown', { full: metres(drawing.fullWidthM) }), colour: VERDICT_COLOURS.unknown })
  else if ((drawing.excessM ?? 0) > 0) {
    const values = { full: metres(drawing.fullWidthM), street: metres(drawing.streetWidthM), excess: metres(drawing.excessM ?? 0) }
    rows.push({ sign: VERDICT_SIGNS.fail, text: say('secTooWide', values), colour: VERDICT_COLOURS.fail })
    if (drawing.givesWay.length > 0) rows.push(plain('↷', say('secGivesWay', { who: drawing.givesWay.join(say('secThen')) })))
  } else rows.push(plain('✓', say('secFits', { full: metres(drawing.fullWidthM), street: metres(drawing.streetWidthM) })))
  return rows
}

function tellCheck(check: SectionCheck, say: Say): string {
  const { of, to, beside, measuredM, leastM, mostM, verdict, clause } = check
  const other = beside !== undefined ? lettered(beside) : to === undefined ? undefined : numbered(to)
  const what = other === undefined ? say('secCoverOf', { a: numbered(of) }) : say('secClearOf', { a: numbered(of), b: other })
  const has = measuredM === undefined ? say('secNotMeasured') : `${check.isAxisDistance ? '≤ ' : ''}${metres(measuredM)}`
  const asked = leastM === undefined || mostM === undefined ? say('secNoNumber') : leastM === mostM ? say('secAsks', { m: metres(mostM) }) : say('secAsksEither', { least: metres(leastM), most: metres(mostM) })
  const accepted = check.isAccepted ? `${say('secComma')}${say('secAccepted')}` : ''
  return `${what} ${has}${say('secComma')}${asked}${clause ? say('secClause', { clause }) : ''}${say('secComma')}${say(`trenVerdict.${verdict}`)}${accepted}`
}
