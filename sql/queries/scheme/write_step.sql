insert into scheme_step (scheme_id, kind, message, back_to, changes) values ($1, $2, $3, $4, $5)
returning scheme_step_id, pg_current_xact_id()::text as xid
