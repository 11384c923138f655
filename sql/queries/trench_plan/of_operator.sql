select distinct trench_plan_id
from planned_trench join trench_plan using (trench_plan_id)
where $1 = any(operators) and trench_plan.state <> 'draft'
order by trench_plan_id
