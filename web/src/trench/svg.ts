/** Pieces of SVG as text. Every value is escaped: names come from files of other people. */

type Attributes = Record<string, string | number | undefined>

export function escaped(text: string | number): string {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escaped(value ?? '')}"`)
    .join('')
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(content))
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** How wide a text is, nearly: Chinese is as wide as it is high, other letters a little more than half. */
export function widthOf(content: string, size: number): number {
  let ems = 0
  for (const letter of content) ems += letter.charCodeAt(0) > 0x2e7f ? 1 : 0.56
  return ems * size
}

/** A text in lines that are no wider than `most`; words of letters stay whole. */
export function wrapped(content: string, size: number, most: number): string[] {
  const lines: string[] = []
  let now = ''
  for (const part of content.match(/[^\s\u2e80-\uffff]+\s*|[\u2e80-\uffff]|\s+/g) ?? []) {
    if (now && widthOf(now + part.trimEnd(), size) > most) {
      lines.push(now.trimEnd())
      now = ''
    }
    now += now ? part : part.trimStart()
  }
  return now.trim() ? [...lines, now.trimEnd()] : lines
}
