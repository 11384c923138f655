select changes from scheme_step where scheme_id = $1 and scheme_step_id > $2 order by scheme_step_id
