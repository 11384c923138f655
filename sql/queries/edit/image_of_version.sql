-- A feature as it was in a version that has ended.
select before
from history
where layer = $1 and feature_id = $2 and version = $3 and before is not null
order by history_id desc
limit 1
