import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'

interface AxeWindow {
  axe: { run(context: Document): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }> }
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe has against the page, one line each. */
export async function complaints(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page's policy admits no script but its own.
  await page.evaluate(await readFile(axePath, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as AxeWindow).axe.run(document)
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary ?? ''}`))
  })
}
