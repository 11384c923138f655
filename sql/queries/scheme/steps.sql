-- The newest first.
select scheme_step_id, made_at, actor, kind, message, back_to, changes
from scheme_step
where scheme_id = $1 and ($2::bigint is null or scheme_step_id < $2)
order by scheme_step_id desc
limit $3
