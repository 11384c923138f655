/** Places on lines, on a plane that is good for some kilometres around: for marks on the map, not for measures. */

export type Place = [number, number]
type Lines = Place[][]

/** The parts of a line's geometry. */
export function linesOf(geometry: GeoJSON.Geometry): Lines {
  if (geometry.type === 'LineString') return [geometry.coordinates as Place[]]
  return geometry.type === 'MultiLineString' ? (geometry.coordinates as Lines) : []
}

const METRES = 111_320
const shrink = (lat: number) => Math.cos((lat * Math.PI) / 180)

function metres([x, y]: Place, [a, b]: Place): number {
  return Math.hypot((x - a) * shrink((y + b) / 2), y - b) * METRES
}

/** The place so many metres along, at most at the end; nothing on a line without length. */
export function placeAt(lines: Lines, along: number): Place | undefined {
  let left = Math.max(0, along)
  for (const line of lines) {
    for (let n = 1; n < line.length; n += 1) {
      const [from, to] = [line[n - 1], line[n]]
      if (!from || !to) continue
      const long = metres(from, to)
      if (left <= long && long > 0) return between(from, to, left / long)
      left -= long
    }
  }
  return lines.at(-1)?.at(-1)
}

export function middleOf(lines: Lines): Place | undefined {
  let long = 0
  for (const line of lines) for (let n = 1; n < line.length; n += 1) long += metres(line[n - 1] as Place, line[n] as Place)
  return placeAt(lines, long / 2)
}

function between([x, y]: Place, [a, b]: Place, part: number): Place {
  return [x + (a - x) * part, y + (b - y) * part]
}

/** Where two lines come nearest to each other, in the middle between them. */
export function nearest(a: Lines, b: Lines): Place | undefined {
  let best = Infinity
  let found: Place | undefined
  const stretch = shrink(a[0]?.[0]?.[1] ?? 0)
  const flat = ([x, y]: Place): Place => [x * stretch, y]
  const each = (lines: Lines, act: (from: Place, to: Place) => void) => {
    for (const line of lines) for (let n = 1; n < line.length; n += 1) act(flat(line[n - 1] as Place), flat(line[n] as Place))
  }
  each(a, (p, q) =>
    each(b, (r, s) => {
      const [one, other] = closest(p, q, r, s)
      const far = Math.hypot(one[0] - other[0], one[1] - other[1])
      if (far < best) [best, found] = [far, [(one[0] + other[0]) / 2 / stretch, (one[1] + other[1]) / 2]]
    }),
  )
  return found
}

/** The places of two segments that are nearest to each other. */
function closest(p: Place, q: Place, r: Place, s: Place): [Place, Place] {
  const across = crossing(p, q, r, s)
  if (across) return [across, across]
  const pairs: [Place, Place][] = [
    [p, foot(p, r, s)],
    [q, foot(q, r, s)],
    [foot(r, p, q), r],
    [foot(s, p, q), s],
  ]
  const long = ([one, other]: [Place, Place]) => Math.hypot(one[0] - other[0], one[1] - other[1])
  return pairs.reduce((best, pair) => (long(pair) < long(best) ? pair : best))
}

function foot(at: Place, from: Place, to: Place): Place {
  const [x, y] = [to[0] - from[0], to[1] - from[1]]
  const square = x * x + y * y
  const part = square === 0 ? 0 : ((at[0] - from[0]) * x + (at[1] - from[1]) * y) / square
  return between(from, to, Math.min(1, Math.max(0, part)))
}

function crossing(p: Place, q: Place, r: Place, s: Place): Place | undefined {
  const [ax, ay, bx, by] = [q[0] - p[0], q[1] - p[1], s[0] - r[0], s[1] - r[1]]
  const turn = ax * by - ay * bx
  if (turn === 0) return undefined
  const t = ((r[0] - p[0]) * by - (r[1] - p[1]) * bx) / turn
  const u = ((r[0] - p[0]) * ay - (r[1] - p[1]) * ax) / turn
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? between(p, q, t) : undefined
}
