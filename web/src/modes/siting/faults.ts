import { ApiError } from '../../api/client'
import type { Key } from '../../i18n'
import { app } from '../../state/app.svelte'

/** The server's words, and ours. What is not known here is shown as the server said it. */
const TOLD: [RegExp, Key][] = [
  [/p is (\d+), but only (\d+) sites can be chosen/, 'sitingFaultP'],
  [/p is (\d+), but (\d+) sites must be chosen/, 'sitingFaultMust'],
  [/^candidate_site\/(\d+) has no estimated cost/, 'sitingFaultCost'],
  [/the budget is ([\d.]+), but the sites that must be chosen cost ([\d.]+)/, 'sitingFaultBudget'],
  [/the largest sites hold ([\d.]+), ([\d.]+) is needed/, 'sitingFaultHold'],
  [/^building\/(\d+): no site that it can reach holds its weight of ([\d.]+)/, 'sitingFaultLarge'],
  [/^building\/(\d+) has no site/, 'sitingFaultNoSite'],
  [/^there is no site$/, 'sitingFaultNoSites'],
  [/^there is no demand$/, 'sitingFaultNoDemand'],
  [/stands in must_not too/, 'sitingFaultBoth'],
]

/** Every reason why sites were not chosen, a sentence each. */
export function sitingFaults(error: unknown): string[] {
  if (!(error instanceof ApiError)) return []
  const said = error.errors.map(({ detail }) => detail)
  return (said.length > 0 ? said : [error.message]).filter(Boolean).map((detail) => {
    for (const [pattern, key] of TOLD) {
      const [whole, a = '', b = ''] = pattern.exec(detail) ?? []
      if (whole !== undefined) return app.t(key, { a, b })
    }
    return detail
  })
}
