-- Whoever edits a scheme waits here for whoever edits it now, so that neighbours are seen as they are.
select scheme_id, name, note, state, member_rule, member_threshold, origin, version, created_at, updated_at, updated_by
from scheme
where scheme_id = $1
for update
