insert into trench_plan (name, made_from, terms, revision, answer)
values ($1, $2, $3, $4, $5)
returning trench_plan_id, name, state, made_from, terms, revision, answer, round, version, created_at, updated_at, updated_by
