import { api, type Basemap } from '../api/client'
import { readBasemap, type DrawnBasemap } from '../map/basemap'

/** The map of somebody else's that lies beneath the city's: none until somebody chooses one. */
export class Basemaps {
  list = $state.raw<Basemap[]>([])
  chosen = $state('')
  opacity = $state(0.7)
  drawn = $state.raw<DrawnBasemap>()
  /** Tiles do not come, or the file cannot be read. */
  isMissing = $state(false)

  #turn = 0

  readonly basemap = $derived(this.list.find(({ id }) => id === this.chosen))

  /** Which there are for this viewer; one that is no longer among them is put away. */
  async load(): Promise<void> {
    try {
      this.list = await api.basemaps()
    } catch (error) {
      // The map is a map without them; the next change of the viewer asks again.
      console.warn('the basemaps could not be read', error)
      this.list = []
    }
    if (this.chosen && !this.basemap) await this.choose('')
  }

  /** Lays one beneath the city's map; the empty name takes it away. */
  async choose(id: string): Promise<void> {
    const turn = ++this.#turn
    this.chosen = id
    this.drawn = undefined
    this.isMissing = false
    if (!this.basemap) return
    try {
      const drawn = await readBasemap(this.basemap)
      if (turn === this.#turn) this.drawn = drawn
    } catch (error) {
      console.warn('the basemap could not be read', error)
      if (turn === this.#turn) this.isMissing = true
    }
  }
}

export const basemaps = new Basemaps()
