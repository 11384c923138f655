/**
 * How far a view must move along one axis so that the span `from`–`to` lies between `low` and `high`:
 * no further than needed. A span that is longer than that is left where it is as long as part of it is seen.
 */
export function wayInto(from: number, to: number, low: number, high: number): number {
  const isTooLong = to - from > high - low
  if (isTooLong) return from < high && to > low ? 0 : (from + to - low - high) / 2
  if (from < low) return from - low
  if (to > high) return to - high
  return 0
}
