import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A picture of one byte a pixel: 0 black, 255 white. */
export interface Grey {
  width: number
  height: number
  at: (x: number, y: number) => number
}

/** What poppler, which is not ours, says of a PDF's first page: size in points and how many pages. */
export function pdfInfo(path: string): { widthPt: number; heightPt: number; pages: number; title: string } {
  const told = execFileSync('pdfinfo', [path], { encoding: 'utf8' })
  const [, widthPt, heightPt] = /Page size:\s+([\d.]+) x ([\d.]+) pts/.exec(told) ?? []
  return {
    widthPt: Number(widthPt),
    heightPt: Number(heightPt),
    pages: Number(/Pages:\s+(\d+)/.exec(told)?.[1]),
    title: /Title:\s+(.*)/.exec(told)?.[1] ?? '',
  }
}

/** A page of a PDF as it looks at this resolution. */
export function pdfPicture(path: string, dpi: number): Grey {
  return pgm(execFileSync('pdftoppm', ['-gray', '-r', String(dpi), '-singlefile', path], { maxBuffer: 1 << 28 }))
}

/** Width, height, pixels a metre and colour type of a PNG. */
export function pngInfo(path: string): { width: number; height: number; perMetre: number } {
  const bytes = readFileSync(path)
  const phys = bytes.indexOf('pHYs')
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), perMetre: phys < 0 ? 0 : bytes.readUInt32BE(phys + 4) }
}

function pgm(bytes: Buffer): Grey {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString('latin1'))
  if (!head) throw new Error('this is no PGM')
  const [all, width, height] = [head[0], Number(head[1]), Number(head[2])]
  return { width, height, at: (x, y) => bytes[all.length + Math.round(y) * width + Math.round(x)] ?? 0 }
}
