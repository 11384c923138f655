import { expect, type Page } from '@playwright/test'

/** Puts a question to the API itself, beside the page. What becomes a job is waited for. */
export async function ask<T>(page: Page, kind: 'coverage' | 'siting' | 'trenches', order: object): Promise<T> {
  let answer = await page.request.post(`/api/analysis/${kind}`, { data: order })
  const job = answer.headers()['location']
  if (answer.status() !== 202 || !job) return (await answer.json()) as T
  for (;;) {
    answer = await page.request.get(job)
    const { state, result } = (await answer.json()) as { state: string; result: T }
    if (state === 'done') return result
    expect(state).toBe('running')
    await page.waitForTimeout(300)
  }
}
