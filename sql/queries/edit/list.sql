select edit_id, made_at, actor, kind, undoes, is_in_effect, message, layers, feature_count
from edit
where ($1::text is null or actor = $1)
  and ($2::text is null or $2 = any (layers))
  and ($3::bigint is null or edit_id < $3)
order by edit_id desc
limit $4
