/** CGCS2000 ellipsoid: GB 22021-2008. */
const A = 6378137
const F = 1 / 298.257222101
const E2 = F * (2 - F)
/** MapLibre's world is 512 CSS pixels wide at zoom 0. */
const WORLD_PX = 512
/** A CSS pixel on paper: 1/96 inch. */
export const PX_MM = 25.4 / 96

/**
 * Metres on the ground for a metre of Web Mercator at a latitude. Web Mercator stretches the ellipsoid a
 * little more from south to north than from west to east (0.5 % at 30°); this is the mean of both, so that
 * no direction is off by more than half of that.
 */
export function groundPerMercator(lat: number): number {
  const phi = (lat * Math.PI) / 180
  const w2 = 1 - E2 * Math.sin(phi) ** 2
  const east = 1 / Math.sqrt(w2)
  const north = (1 - E2) / w2 ** 1.5
  return Math.cos(phi) * Math.sqrt(east * north)
}

/** The zoom at which a map drawn with 96 CSS pixels an inch is 1:`scale` at this latitude. */
export function zoomOf(scale: number, lat: number): number {
  const mercatorPerPx = (scale * PX_MM) / 1000 / groundPerMercator(lat)
  return Math.log2((2 * Math.PI * A) / (WORLD_PX * mercatorPerPx))
}

/** The scale's denominator at a zoom. */
export function scaleOf(zoom: number, lat: number): number {
  const mercatorPerPx = (2 * Math.PI * A) / (WORLD_PX * 2 ** zoom)
  return (mercatorPerPx * groundPerMercator(lat) * 1000) / PX_MM
}

/** West, south, east, north of a frame on paper around a place. */
export function frameBounds([lon, lat]: [number, number], wMm: number, hMm: number, scale: number): [number, number, number, number] {
  const half = (mm: number) => ((mm / 2 / 1000) * scale) / groundPerMercator(lat) / A
  const y = Math.asinh(Math.tan((lat * Math.PI) / 180))
  const degrees = (radians: number) => (radians * 180) / Math.PI
  const latOf = (mercator: number) => degrees(Math.atan(Math.sinh(mercator)))
  return [lon - degrees(half(wMm)), latOf(y - half(hMm)), lon + degrees(half(wMm)), latOf(y + half(hMm))]
}

/** Scales that plans are drawn at. */
export const SCALES = [500, 1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000]
/** What a sheet may be asked for. */
export const LEAST_SCALE = 100
export const MOST_SCALE = 2_000_000

/** The finest usual scale whose frame holds bounds, or the finest round one beyond. */
export function scaleHolding(lat: number, spanPx: { w: number; h: number }, zoom: number, frame: { w: number; h: number }): number {
  const seen = scaleOf(zoom, lat)
  const needed = Math.max((spanPx.w * PX_MM * seen) / frame.w, (spanPx.h * PX_MM * seen) / frame.h)
  return SCALES.find((scale) => scale >= needed) ?? Math.min(MOST_SCALE, Math.ceil(needed / 50_000) * 50_000)
}

/** A bar of a round length on the ground, the longest that fits. */
export function scaleBar(scale: number, mostMm: number): { lengthM: number; mm: number } {
  const mostM = (mostMm / 1000) * scale
  const power = 10 ** Math.floor(Math.log10(mostM))
  const lengthM = ([5, 2, 1].find((n) => n * power <= mostM) ?? 1) * power
  return { lengthM, mm: (lengthM / scale) * 1000 }
}
