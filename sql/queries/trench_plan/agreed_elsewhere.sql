select trench_plan_id, number, street_id, work_ids, starts_on
from planned_trench
where state = 'agreed' and trench_plan_id <> $1 and work_ids && $2
order by trench_plan_id, number
