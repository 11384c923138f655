select trench_plan_id, state, answer -> 'openings' as openings
from trench_plan
where state <> 'draft'
order by trench_plan_id
