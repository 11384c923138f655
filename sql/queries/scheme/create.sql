insert into scheme (name, note, member_rule, member_threshold, origin)
values ($1, $2, $3, $4, $5)
returning scheme_id, name, note, state, member_rule, member_threshold, origin, version, created_at, updated_at, updated_by
