import type { Say, SectionDrawing } from './section'
import { element, line, text } from './svg'

/** An existing line beside the trench. Metres from the trench's edge on the side of the street's edge, as the trench's own lines have them. */
export interface SectionBeside {
  /** Kind and size in the user's words. */
  name: string
  /** Its faces; where it weaves, all between. */
  fromM: number
  toM: number
  topM: number | undefined
  bottomM: number | undefined
  isAssumed: boolean
  /** Of another operator: only the face that looks at the trench is known. */
  isFace: boolean
  /** How far it weaves. */
  weavesM: number
  /** How good its data are, in the user's words. */
  quality: string | undefined
}

/** Ground that is drawn beside the trench at least and at most, in metres. */
export const BESIDE_M = 0.5
export const MOST_BESIDE_M = 3.25
/** A line that weaves by less is drawn round. */
const ROUND_M = 0.05
const HATCH = 'existing-line'
const GREY = '#605c54'
const HALO = { stroke: '#fffdf9', 'stroke-width': 3, 'paint-order': 'stroke' }

/** Letters, so that nobody takes an existing line for one of the trench. */
export const lettered = (n: number) => String.fromCharCode(65 + (n % 26)) + (n < 26 ? '' : String(Math.floor(n / 26)))

type Ground = Pick<SectionDrawing, 'widthM' | 'depthM' | 'beside'>

/** Ground on the left of the trench and on its right. */
export function groundOf({ widthM, beside }: Ground): [number, number] {
  const left = -Math.min(0, ...beside.map(({ fromM }) => fromM))
  const right = Math.max(0, ...beside.map(({ toM }) => toM - widthM))
  const held = (m: number) => Math.min(MOST_BESIDE_M, Math.max(BESIDE_M, m + 0.25))
  return [held(left), held(right)]
}

/** How deep the drawing goes. */
export const floorOf = ({ depthM, beside }: Ground) => Math.max(depthM, ...beside.map(({ bottomM }) => bottomM ?? 0)) + 0.3

/** Existing lines, hatched and grey, each with its letter. */
export function existing(drawing: SectionDrawing, x: (m: number) => number, y: (m: number) => number): string[] {
  if (drawing.beside.length === 0) return []
  const [left, right] = groundOf(drawing)
  const held = (m: number) => Math.min(drawing.widthM + right, Math.max(-left, m))
  const stripes = element('path', { d: 'M0 6L6 0', stroke: GREY, 'stroke-width': 1 })
  const hatch = element('defs', {}, element('pattern', { id: HATCH, width: 6, height: 6, patternUnits: 'userSpaceOnUse' }, stripes))
  return [hatch, ...drawing.beside.flatMap((one, n) => shape(one, n, held, x, y, floorOf(drawing)))]
}

function shape(one: SectionBeside, n: number, held: (m: number) => number, x: (m: number) => number, y: (m: number) => number, floorM: number): string[] {
  const [from, to] = [x(held(one.fromM)), x(held(one.toM))]
  const isDeep = one.topM === undefined || one.bottomM === undefined
  const [top, bottom] = [y(one.topM ?? 0), y(one.bottomM ?? floorM)]
  const look = { fill: `url(#${HATCH})`, stroke: GREY, 'stroke-width': 1.2, 'stroke-dasharray': one.isAssumed || isDeep ? '3 2' : undefined }
  const letter = (cx: number, cy: number) => text(cx, cy, lettered(n), { 'text-anchor': 'middle', 'font-size': 13, 'font-weight': 700, fill: GREY, ...HALO })
  if (one.isFace) return [line(from, top, from, bottom, { ...look, fill: undefined, 'stroke-width': 2 }), letter(from, y(0) + 14)]
  const width = Math.max(to - from, 2)
  const radius = Math.max(2.5, (to - from) / 2)
  // One whose ends are not equally deep takes all between, as one that weaves does.
  if (!isDeep && one.weavesM < ROUND_M && bottom - top < 2 * radius + 2) {
    return [element('circle', { cx: (from + to) / 2, cy: (top + bottom) / 2, r: radius, ...look }), letter((from + to) / 2, bottom + 14)]
  }
  const box = element('rect', { x: from, y: top, width, height: Math.max(bottom - top, 2), ...look })
  return [box, letter(from + width / 2, isDeep ? y(0) + 14 : bottom + 14)]
}

/** An existing line in words. */
export function tellBeside(one: SectionBeside, widthM: number, say: Say): string {
  const apart = Math.max(-one.toM, one.fromM - widthM)
  const where = apart >= -0.0005 ? say('secFromTrench', { m: `${Math.max(0, apart).toFixed(2)} m` }) : say('secInTrench')
  const metres = (m: number) => `${m.toFixed(2)} m`
  const depth = one.isFace
    ? say('secBesideFace')
    : one.topM === undefined || one.bottomM === undefined
      ? say('secBesideNoDepth')
      : say('secBesideDepth', { top: metres(one.topM), bottom: metres(one.bottomM) })
  return [
    say('secBeside', { name: one.name, where }),
    depth,
    ...(one.weavesM >= ROUND_M ? [say('secWeaves', { m: metres(one.weavesM) })] : []),
    ...(one.isAssumed ? [say('secDiameterAssumed')] : []),
    ...(one.quality ? [say('secBesideQuality', { quality: one.quality })] : []),
  ].join(say('secComma'))
}
