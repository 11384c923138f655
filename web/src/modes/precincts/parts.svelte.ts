import { drafting } from './drafting.svelte'

export const PARTS = ['divided', 'propose', 'compare', 'eligibility', 'steps'] as const
export type Part = (typeof PARTS)[number]

/** Which part of the panel is shown. */
class Parts {
  now = $state<Part>('divided')

  show(part: Part): void {
    drafting.putAway()
    this.now = part
  }
}

export const parts = new Parts()
