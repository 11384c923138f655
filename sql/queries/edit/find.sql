-- An edit by its number.
select edit_id, made_at, actor, kind, undoes, is_in_effect, message, layers, feature_count
from edit
where edit_id = $1
