import { noded, withVertices } from './noding'
import { distanceDeg, edgesOf, isSame, key, nearestOn, TOUCH_DEG, type At, type Line } from './plane'
import type { NoSplit, Split } from './split_area'

/**
 * A line taken apart at a place of it. `reachDeg`: how far from the line the place may be. The pieces share
 * the place bit for bit. Longest first; parts that are not cut stay with the longest piece.
 */
export function splitLinesAt(lines: readonly Line[], at: At, reachDeg: number): Split<Line> {
  const places = lines.flatMap((line) => edgesOf(line).map((edge) => nearestOn(edge, at)))
  if (places.length === 0) return { reason: 'misses' }
  const place = places.reduce((best, one) => (distanceDeg(one, at) < distanceDeg(best, at) ? one : best))
  if (distanceDeg(place, at) > reachDeg) return { reason: 'misses' }
  const vertex = lines.flat().find((one) => distanceDeg(one, place) <= TOUCH_DEG)
  const cut = vertex ?? place
  return broken(
    lines.map((line) => withVertices(line, [cut])),
    new Set([key(cut)]),
  )
}

/** A line taken apart wherever another crosses or touches it. */
export function splitLines(lines: readonly Line[], knife: Line): Split<Line> {
  if (knife.length < 2) return { reason: 'no_line' }
  const { paths, knife: blade } = noded(lines, knife)
  const onKnife = new Set(blade.map(key))
  return broken(paths, onKnife)
}

function broken(lines: readonly Line[], cuts: ReadonlySet<string>): Split<Line> {
  if (!lines.flat().some((at) => cuts.has(key(at)))) return { reason: 'misses' }
  const pieces: Line[] = []
  const whole: Line[] = []
  let reason: NoSplit = 'only_touches'
  for (const line of lines) {
    const parts = breakLine(line, cuts)
    if (parts.length > 1) pieces.push(...parts)
    else {
      // A closed line that is cut once is open now, and still one.
      if (isSame(line[0]!, line.at(-1)!) && line.some((at) => cuts.has(key(at)))) reason = 'hangs_together'
      whole.push(line)
    }
  }
  if (pieces.length === 0) return { reason }
  pieces.sort((a, b) => length(b) - length(a))
  const [longest, ...others] = pieces
  return { pieces: [[longest!, ...whole], ...others.map((piece) => [piece])] }
}

function breakLine(line: Line, cuts: ReadonlySet<string>): Line[] {
  const isClosed = line.length > 2 && isSame(line[0]!, line.at(-1)!)
  const turned = isClosed ? fromFirstCut(line, cuts) : line
  const parts: Line[] = []
  let part: Line = []
  turned.forEach((at, n) => {
    part.push(at)
    if (n > 0 && n < turned.length - 1 && cuts.has(key(at))) {
      parts.push(part)
      part = [at]
    }
  })
  return [...parts, part]
}

/** A closed line begun where it is cut first. */
function fromFirstCut(line: Line, cuts: ReadonlySet<string>): Line {
  const first = line.findIndex((at) => cuts.has(key(at)))
  if (first <= 0) return line
  return [...line.slice(first), ...line.slice(1, first + 1)]
}

const length = (line: Line) => edgesOf(line).reduce((sum, [a, b]) => sum + distanceDeg(a, b), 0)
