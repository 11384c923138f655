declare module 'polylabel' {
  /** The position farthest from the edges of a polygon, to `precision` in its own units. */
  export default function polylabel(polygon: number[][][], precision?: number): [number, number] & { distance: number }
}
