import type { ExpressionSpecification, FilterSpecification } from 'maplibre-gl'

/** A value by zoom, growing as streets do: `stops` are zoom, value pairs. */
export function byZoom(...stops: (number | ExpressionSpecification)[]): ExpressionSpecification {
  return ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as ExpressionSpecification
}

/** A value by the code in `field`. */
export function byCode(field: string, codes: Record<string, string>, otherwise: string): ExpressionSpecification {
  return ['match', ['get', field], ...Object.entries(codes).flat(), otherwise] as unknown as ExpressionSpecification
}

/** Features that stand for themselves, not for a number of others. */
export const single: FilterSpecification = ['!', ['has', 'pq_count']]
/** Features that stand for several. */
export const counted: FilterSpecification = ['has', 'pq_count']

export function all(...filters: unknown[]): FilterSpecification {
  return ['all', ...filters] as unknown as FilterSpecification
}

export function oneOf(field: string, codes: string[]): FilterSpecification {
  return ['in', ['get', field], ['literal', codes]] as unknown as FilterSpecification
}
