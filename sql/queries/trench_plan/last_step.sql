select coalesce(max(trench_plan_step_id), 0) as last_step from trench_plan_step where trench_plan_id = $1
