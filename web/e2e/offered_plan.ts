import { expect, type Page } from '@playwright/test'

export interface Planned {
  trench_id: number
  code: string
  version: number
  state: string
  operators: string[]
  result: { work_ids: number[] }
  replies: { operator: string; reply: string; reason: string | null; first_day: string | null; version: number; is_current: boolean }[]
}
export interface Plan {
  trench_plan_id: number
  version: number
  planned_trenches: Planned[]
}

/** A plan that is offered, made by the city beside the page. */
export async function offered(page: Page, name: string): Promise<Plan> {
  const headers = { 'pianqu-actor': encodeURIComponent('协调员') }
  let answer = await page.request.post('/api/trench-plans', { headers, data: { name, order: {} } })
  const job = answer.headers()['location']
  let plan: Plan
  if (answer.status() === 202 && job) {
    let state = 'running'
    let result: { plan: Plan } | undefined
    while (state === 'running') {
      await page.waitForTimeout(300)
      answer = await page.request.get(job)
      ;({ state, result } = (await answer.json()) as { state: string; result: { plan: Plan } })
    }
    plan = result!.plan
  } else plan = ((await answer.json()) as { plan: Plan }).plan
  const done = await page.request.post(`/api/trench-plans/${plan.trench_plan_id}/offer`, { headers, data: { version: plan.version } })
  expect(done.status(), await done.text()).toBe(200)
  return ((await done.json()) as { plan: Plan }).plan
}

/** Works whose days were agreed in some plan: no reply moves them any more. */
export async function agreedWorks(page: Page): Promise<Set<number>> {
  const plans = (await (await page.request.get('/api/trench-plans')).json()) as Plan[]
  const agreed = new Set<number>()
  for (const { trench_plan_id } of plans) {
    const plan = (await (await page.request.get(`/api/trench-plans/${trench_plan_id}`)).json()) as Plan
    for (const { state, result } of plan.planned_trenches) if (state === 'agreed') result.work_ids.forEach((id) => agreed.add(id))
  }
  return agreed
}
