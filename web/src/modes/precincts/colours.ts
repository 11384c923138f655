/** Few and far apart; each dark enough for white letters on it. */
export const COLOURS = ['#0a62a8', '#b3420f', '#2b7034', '#7b2d8e', '#8a6100', '#00707a', '#a3174f']
/** Of a community that is in no precinct. */
export const NO_PRECINCT = '#77736a'

interface Area {
  id: number
  geometry: GeoJSON.MultiPolygon
}

/**
 * A colour for each precinct such that neighbours differ as far as the colours reach. One that had a
 * colour keeps it unless a neighbour has it: an edit must not repaint the map.
 */
export function colourOf(areas: readonly Area[], before: ReadonlyMap<number, string> = new Map()): Map<number, string> {
  return colourBy(areas.map(({ id }) => id), neighboursOf(areas), before)
}

/** The same of anything that has neighbours. */
export function colourBy(
  ids: readonly number[],
  neighbours: ReadonlyMap<number, ReadonlySet<number>>,
  before: ReadonlyMap<number, string> = new Map(),
): Map<number, string> {
  const found = new Map<number, string>()
  const used = new Map(COLOURS.map((colour) => [colour, 0]))
  for (const id of [...ids].sort((a, b) => a - b)) {
    const taken = new Map(COLOURS.map((colour) => [colour, 0]))
    for (const other of neighbours.get(id) ?? []) {
      const colour = found.get(other) ?? ''
      taken.set(colour, (taken.get(colour) ?? 0) + 1)
    }
    const was = before.get(id)
    const uses = (colour: string) => (taken.get(colour) ?? 0) * 1e6 + (used.get(colour) ?? 0)
    const best = COLOURS.reduce((a, b) => (uses(b) < uses(a) ? b : a))
    const colour = was && taken.get(was) === 0 ? was : best
    used.set(colour, (used.get(colour) ?? 0) + 1)
    found.set(id, colour)
  }
  return found
}

/** Which areas share a vertex: the outlines of a scheme share those of their borders exactly. */
export function neighboursOf(areas: readonly Area[]): Map<number, Set<number>> {
  const at = new Map<string, Set<number>>()
  for (const { id, geometry } of areas) {
    for (const [x, y] of geometry.coordinates.flat(2)) {
      const key = `${x},${y}`
      const there = at.get(key)
      if (there) there.add(id)
      else at.set(key, new Set([id]))
    }
  }
  const found = new Map<number, Set<number>>(areas.map(({ id }) => [id, new Set<number>()]))
  for (const ids of at.values()) {
    if (ids.size > 1) for (const a of ids) for (const b of ids) if (a !== b) found.get(a)?.add(b)
  }
  return found
}
