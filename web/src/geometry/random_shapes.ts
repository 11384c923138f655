import type { Area, At, Line, Ring } from './plane'

/** Shapes for tests, the same from the same seed: a city's size, around Ziyang. */
export class Shapes {
  #state: number

  constructor(seed: number) {
    this.#state = seed * 2654435761
  }

  /** From 0 to below 1 (mulberry32). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  between(from: number, to: number): number {
    return from + this.number() * (to - from)
  }

  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1))
  }

  place(): At {
    return [104.65 + this.between(-0.01, 0.01), 30.12 + this.between(-0.01, 0.01)]
  }

  line(vertices = this.whole(2, 8)): Line {
    return Array.from({ length: vertices }, () => this.place())
  }

  /** A ring around a centre that sees all of it, so that it never crosses itself. Turns left. */
  ring([x, y]: At, smallest: number, largest: number, vertices = this.whole(3, 24)): Ring {
    const corners = Array.from({ length: vertices }, (_, n): At => {
      const angle = ((n + this.between(0, 0.8)) / vertices) * 2 * Math.PI
      const radius = this.between(smallest, largest)
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)]
    })
    return [...corners, corners[0]!]
  }

  /** An area with up to two holes that touch nothing. */
  area(center: At = this.place(), radius = 0.006): Area {
    const outer = this.ring(center, radius * 0.7, radius, this.whole(8, 24))
    const holes = Array.from({ length: this.whole(0, 2) }, (_, n) => {
      const place: At = [center[0] + (n === 0 ? -1 : 1) * radius * 0.22, center[1] + this.between(-0.05, 0.05) * radius]
      return this.ring(place, radius * 0.05, radius * 0.15).reverse()
    })
    return [outer, ...holes]
  }
}
