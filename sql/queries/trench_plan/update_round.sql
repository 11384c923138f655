update trench_plan
set terms = $2, revision = $3, answer = $4, round = round + 1
where trench_plan_id = $1
