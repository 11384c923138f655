/** Whether panels rise from the bottom instead of floating: the same width as in the style sheets. */
export function isPhone(): boolean {
  return matchMedia('(max-width: 760px)').matches
}
