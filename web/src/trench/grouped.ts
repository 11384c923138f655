/** The entries of a list by a key, in the order in which keys first come. */
export function grouped<T, K>(list: Iterable<T>, keyOf: (one: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const own = found.get(key)
    if (own) own.push(one)
    else found.set(key, [one])
  }
  return found
}
