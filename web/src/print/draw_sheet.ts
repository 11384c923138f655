import { FONTS } from '../map/fonts'
import type { LegendEntry } from '../map/legend'
import { drawSample } from './draw_sample'
import type { Box, Layout } from './paper'
import type { Picture } from './picture'
import { SheetError, type SheetTexts } from './sheet_texts'

interface Parts {
  layout: Layout
  dpi: number
  scale: number
  texts: SheetTexts
  legend: LegendEntry[]
  bar: { lengthM: number; mm: number; xMm: number; yMm: number }
  picture: Picture
}

const INK = '#1c1b18'
const QUIET = '#4a473f'
const font = (mm: number, weight = 400) => `${weight} ${mm}px ${FONTS}`

/** Puts a sheet together. One unit of drawing is a millimetre. */
export function drawSheet({ layout, dpi, scale, texts, legend, bar, picture }: Parts): HTMLCanvasElement {
  const perMm = dpi / 25.4
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(layout.page.w * perMm)
  canvas.height = Math.round(layout.page.h * perMm)
  const pen = canvas.getContext('2d', { alpha: false })
  if (!pen) throw new Error('there is no canvas to draw on')
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  placePicture(pen, layout.map, picture.canvas, perMm)
  pen.scale(perMm, perMm)
  drawFrame(pen, layout.map, texts.north)
  drawTitle(pen, layout.title, texts)
  drawLegend(pen, layout.legend, texts.legend, legend)
  drawScale(pen, layout.scale, scale, bar, texts)
  drawCredits(pen, layout.credits, texts.credits)
  return canvas
}

/** Pixel for pixel, in the middle of the frame: nothing is stretched. */
function placePicture(pen: CanvasRenderingContext2D, map: Box, picture: HTMLCanvasElement, perMm: number): void {
  const [x, y, w, h] = [map.x, map.y, map.w, map.h].map((mm) => mm * perMm) as [number, number, number, number]
  pen.save()
  pen.beginPath()
  pen.rect(x, y, w, h)
  pen.clip()
  pen.drawImage(picture, Math.round(x + w / 2 - picture.width / 2), Math.round(y + h / 2 - picture.height / 2))
  pen.restore()
}

function drawFrame(pen: CanvasRenderingContext2D, { x, y, w, h }: Box, north: string): void {
  pen.strokeStyle = INK
  pen.lineWidth = 0.35
  pen.strokeRect(x, y, w, h)
  const [cx, top] = [x + w - 9, y + 5]
  pen.fillStyle = 'rgba(255,255,255,0.85)'
  pen.beginPath()
  pen.arc(cx, top + 6.2, 7.4, 0, 2 * Math.PI)
  pen.fill()
  for (const side of [-1, 1]) {
    pen.beginPath()
    pen.moveTo(cx, top + 2.6)
    pen.lineTo(cx + side * 3, top + 12)
    pen.lineTo(cx, top + 9.8)
    pen.closePath()
    pen.fillStyle = side < 0 ? INK : '#ffffff'
    pen.fill()
    pen.lineWidth = 0.2
    pen.stroke()
  }
  pen.fillStyle = INK
  pen.font = font(3, 600)
  pen.textAlign = 'center'
  pen.fillText(north, cx, top + 2)
  pen.textAlign = 'left'
}

function drawTitle(pen: CanvasRenderingContext2D, box: Box, { title, by }: SheetTexts): void {
  pen.fillStyle = INK
  pen.textBaseline = 'alphabetic'
  let size = box.h > 14 ? 8 : 6.2
  const isTooWide = () => {
    pen.font = font(size, 600)
    return pen.measureText(title).width > box.w
  }
  while (isTooWide()) {
    size -= 0.2
    if (size < 3) throw new SheetError('texts-too-long')
  }
  pen.textAlign = 'center'
  pen.fillText(title, box.x + box.w / 2, box.y + box.h * 0.58)
  pen.textAlign = 'right'
  pen.font = font(2.8)
  if (pen.measureText(by).width > box.w) throw new SheetError('texts-too-long')
  pen.fillStyle = QUIET
  pen.fillText(by, box.x + box.w, box.y + box.h - 1.2)
  pen.textAlign = 'left'
}

const SWATCH_W = 8

function drawLegend(pen: CanvasRenderingContext2D, box: Box, heading: string, entries: LegendEntry[]): void {
  pen.fillStyle = INK
  pen.font = font(3.6, 600)
  pen.fillText(heading, box.x, box.y + 3.8)
  const top = box.y + 6.5
  const plan = planLegend(pen, { ...box, y: top, h: box.h - 6.5 }, entries.map(({ title }) => title))
  pen.textBaseline = 'middle'
  entries.forEach((entry, n) => {
    const x = box.x + Math.floor(n / plan.rows) * plan.column
    const middle = top + ((n % plan.rows) + 0.5) * plan.row
    if (entry.sample) drawSample(pen, entry.sample, x, middle - plan.row * 0.36, SWATCH_W - 1.5, plan.row * 0.72)
    pen.fillStyle = INK
    pen.font = font(plan.size, entry.sample ? 400 : 600)
    pen.fillText(entry.title, entry.sample ? x + SWATCH_W : x, middle)
  })
  pen.textBaseline = 'alphabetic'
}

/** The largest type in which every line has its place; never a line left out. */
function planLegend(pen: CanvasRenderingContext2D, box: Box, titles: string[]) {
  for (let size = 3.2; size >= 1.9; size -= 0.1) {
    pen.font = font(size)
    const row = size * 1.5
    const rows = Math.floor(box.h / row)
    const column = Math.max(0, ...titles.map((title) => pen.measureText(title).width)) + SWATCH_W + 3
    const columns = Math.ceil(titles.length / rows)
    if (columns * column - 3 <= box.w) return { size, row, rows, column }
  }
  throw new SheetError('legend-too-long')
}

function drawScale(pen: CanvasRenderingContext2D, box: Box, scale: number, bar: Parts['bar'], texts: SheetTexts): void {
  pen.fillStyle = INK
  pen.font = font(3.6, 600)
  pen.fillText(`${texts.scale} 1:${scale.toLocaleString('en-US').replaceAll(',', ' ')}`, box.x, box.y + 4)
  const isKm = bar.lengthM >= 2000
  const unit = isKm ? texts.kilometres : texts.metres
  const inUnit = (m: number) => String(isKm ? m / 1000 : m)
  const parts = 4
  for (let part = 0; part < parts; part += 1) {
    pen.fillStyle = part % 2 === 0 ? INK : '#ffffff'
    pen.fillRect(bar.xMm + (bar.mm * part) / parts, bar.yMm, bar.mm / parts, 1.6)
  }
  pen.strokeStyle = INK
  pen.lineWidth = 0.2
  pen.strokeRect(bar.xMm, bar.yMm, bar.mm, 1.6)
  pen.fillStyle = INK
  pen.font = font(2.6)
  pen.fillText('0', bar.xMm, bar.yMm - 0.8)
  pen.textAlign = 'center'
  pen.fillText(inUnit(bar.lengthM / 2), bar.xMm + bar.mm / 2, bar.yMm - 0.8)
  pen.textAlign = 'left'
  pen.fillText(`${inUnit(bar.lengthM)} ${unit}`, bar.xMm + bar.mm - 1.5, bar.yMm - 0.8)
}

function drawCredits(pen: CanvasRenderingContext2D, box: Box, credits: string[]): void {
  for (let size = 2.7; size >= 1.7; size -= 0.1) {
    pen.font = font(size)
    const lines = credits.flatMap((line) => wrap(pen, line, box.w))
    const row = size * 1.4
    if (lines.length * row > box.h) continue
    pen.fillStyle = QUIET
    lines.forEach((line, n) => pen.fillText(line, box.x, box.y + (n + 0.8) * row))
    return
  }
  throw new SheetError('texts-too-long')
}

/** Breaks a text where it is wider than `most`: between any two letters of Chinese, else between words. */
export function wrap(pen: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, most: number): string[] {
  const pieces = text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? []
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    if (line && pen.measureText(line + piece.trimEnd()).width > most) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += piece
    // A word wider than the line, an address say, is broken anywhere.
    while (pen.measureText(line.trimEnd()).width > most && line.length > 1) {
      let fits = line.length - 1
      while (fits > 1 && pen.measureText(line.slice(0, fits)).width > most) fits -= 1
      lines.push(line.slice(0, fits))
      line = line.slice(fits)
    }
  }
  if (line.trim()) lines.push(line.trimEnd())
  return lines
}
