select scheme_id, name, note, state, member_rule, member_threshold, origin, version, created_at, updated_at, updated_by
from scheme
order by scheme_id
