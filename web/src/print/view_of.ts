/** Where bounds fill a picture of this size (in CSS pixels) but for a margin. */
export function viewOf(
  [west = 0, south = 0, east = 0, north = 0]: number[],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): { center: [number, number]; zoom: number } {
  const center: [number, number] = [(west + east) / 2, (south + north) / 2]
  const stretch = 1 / Math.cos((center[1] * Math.PI) / 180)
  const across = (360 * (widthPx - 80)) / 512 / (east - west)
  const down = (360 * (heightPx - 60)) / 512 / ((north - south) * stretch)
  return { center, zoom: Math.min(17, Math.max(9, Math.log2(Math.min(across, down)))) }
}
