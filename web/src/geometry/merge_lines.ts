import { distanceDeg, isSame, TOUCH_DEG, type At, type Line } from './plane'

export interface MergedLines {
  lines: Line[]
  /** Ends at which three or more lines meet; there they stay apart. */
  forks: At[]
}

/**
 * Lines joined end to end, turned round where need be; the first line keeps its direction. Ends within a
 * touch of each other count as one place. Where three or more meet, nothing is joined: a street's way on
 * is for a person to say.
 */
export function mergeLines(given: readonly Line[]): MergedLines {
  const ends: At[] = []
  const settle = (at: At): At => {
    const known = ends.find((end) => distanceDeg(end, at) <= TOUCH_DEG)
    if (!known) ends.push(at)
    return known ?? at
  }
  let lines = given.map((line) => [settle(line[0]!), ...line.slice(1, -1), settle(line.at(-1)!)])
  const meeting = (at: At) => lines.filter(isOpen).flatMap(endsOf).filter((end) => isSame(end, at)).length
  const forks = ends.filter((end) => meeting(end) > 2)
  const isFork = (at: At) => forks.some((fork) => isSame(fork, at))

  for (;;) {
    const joined = joinOnce(lines, isFork)
    if (!joined) return { lines, forks }
    lines = joined
  }
}

const isOpen = (line: Line) => !isSame(line[0]!, line.at(-1)!)
const endsOf = (line: Line): At[] => [line[0]!, line.at(-1)!]

function joinOnce(lines: Line[], isFork: (at: At) => boolean): Line[] | undefined {
  for (let n = 0; n < lines.length; n += 1) {
    const one = lines[n]!
    if (!isOpen(one)) continue
    for (let m = n + 1; m < lines.length; m += 1) {
      const other = lines[m]!
      const joined = isOpen(other) ? join(one, other, isFork) : undefined
      if (joined) return lines.flatMap((line, at) => (at === n ? [joined] : at === m ? [] : [line]))
    }
  }
  return undefined
}

function join(one: Line, other: Line, isFork: (at: At) => boolean): Line | undefined {
  const [first, last] = [one[0]!, one.at(-1)!]
  const back = [...other].reverse()
  for (const way of [other, back]) {
    if (isSame(last, way[0]!) && !isFork(last)) return [...one, ...way.slice(1)]
    if (isSame(way.at(-1)!, first) && !isFork(first)) return [...way, ...one.slice(1)]
  }
  return undefined
}
