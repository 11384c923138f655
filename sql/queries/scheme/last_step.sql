select coalesce(max(scheme_step_id), 0) as last_step from scheme_step where scheme_id = $1
