import { answer, client } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Scenario = Schemas['ScenarioSummary']
export type ScenarioOrder = Schemas['ScenarioOrder']

export const scenarios = {
  list: () => answer<Scenario[]>(client.GET('/api/scenarios')),
  create: (body: ScenarioOrder) => answer<Scenario>(client.POST('/api/scenarios', { body })),
  replace: (scenario_id: number, body: ScenarioOrder) =>
    answer<Scenario>(client.PUT('/api/scenarios/{scenario_id}', { params: { path: { scenario_id } }, body })),
  delete: (scenario_id: number) => answer<undefined>(client.DELETE('/api/scenarios/{scenario_id}', { params: { path: { scenario_id } } })),
}
