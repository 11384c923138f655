-- What happened to a feature, newest first.
select history_id, operation, version, changed_at, actor, import_id, edit_id, before, after
from history
where layer = $1 and feature_id = $2
order by history_id desc
limit $3
