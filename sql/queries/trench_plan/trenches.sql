select planned_trench_id, number, version, state, lead_operator, result, works, agreed_at, shared_trench_id
from planned_trench
where trench_plan_id = $1
order by number
