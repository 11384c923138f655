/** How the scores of E2SFCA lie: the least, the one in the middle and the greatest, and how many homes have none. */
export interface Scores {
  min: number
  median: number
  max: number
  none: number
}

/** Of buildings in which somebody lives; nothing where no score is known. */
export function scoresOf(scores: (number | null | undefined)[], households: (number | null | undefined)[]): Scores | undefined {
  const known = scores.filter((score, i): score is number => typeof score === 'number' && (households[i] ?? 0) > 0).sort((a, b) => a - b)
  const [min, max] = [known[0], known.at(-1)]
  if (min === undefined || max === undefined) return undefined
  const [low, high] = [known[Math.floor((known.length - 1) / 2)] ?? min, known[Math.ceil((known.length - 1) / 2)] ?? max]
  return { min, median: (low + high) / 2, max, none: known.filter((score) => score === 0).length }
}
