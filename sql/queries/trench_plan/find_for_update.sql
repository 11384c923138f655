-- Whoever changes a plan waits here for whoever changes it now: of two replies at once the second sees the first.
select trench_plan_id, name, state, made_from, terms, revision, answer, round, version, created_at, updated_at, updated_by
from trench_plan
where trench_plan_id = $1
for update
