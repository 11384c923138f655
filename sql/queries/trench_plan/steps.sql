-- The newest first.
select trench_plan_step_id, planned_trench_id, made_at, actor, kind, changes
from trench_plan_step
where trench_plan_id = $1 and ($2::bigint is null or trench_plan_step_id < $2)
order by trench_plan_step_id desc
limit $3
