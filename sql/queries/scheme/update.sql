update scheme
set name = $2, note = $3, member_rule = $4, member_threshold = $5, state = $6
where scheme_id = $1
