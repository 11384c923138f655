select planned_trench_id, number, version, state, lead_operator, result, works, agreed_at, shared_trench_id
from planned_trench
where state = 'agreed' and trench_plan_id is distinct from $1::bigint
order by trench_plan_id, number
