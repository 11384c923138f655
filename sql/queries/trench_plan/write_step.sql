insert into trench_plan_step (trench_plan_id, planned_trench_id, kind, changes) values ($1, $2, $3, $4)
returning trench_plan_step_id, pg_current_xact_id()::text as xid
