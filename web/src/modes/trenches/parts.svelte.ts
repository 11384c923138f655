import { SvelteSet } from 'svelte/reactivity'
import type { ClashKind } from '../../api/trenches'
import { NOBODY, type Wanted } from '../../trench/wanted'

export const PARTS = ['plan', 'lists', 'operators', 'agreement', 'calendar'] as const
export type Part = (typeof PARTS)[number]
export const LISTS = ['trenches', 'works', 'clashes', 'opportunities', 'openings'] as const
export type List = (typeof LISTS)[number]

export const CLASH_KINDS: ClashKind[] = ['street_protected', 'second_opening', 'clearance']

const ANYTHING: Wanted = { text: '', operator: '', kind: '', verdict: '' }

/** Which part of the panel is shown, and what is looked for in its lists. */
class Parts {
  now = $state<Part>('plan')
  list = $state<List>('trenches')
  wanted = $state<Wanted>({ ...ANYTHING })
  hasChart = $state(false)
  /** Kinds of clashes that are on the map. */
  readonly clashes = new SvelteSet<ClashKind>(CLASH_KINDS)

  showList(list: List, wanted: Partial<Wanted> = {}): void {
    ;[this.now, this.list, this.wanted] = ['lists', list, { ...ANYTHING, ...wanted }]
  }

  /** Whether works of an operator are on the map and in the chart: of everybody, until one is chosen. */
  isOfOperator(operator: string | undefined): boolean {
    return this.wanted.operator === '' || (operator ?? NOBODY) === this.wanted.operator
  }
}

export const parts = new Parts()
