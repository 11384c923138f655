-- A row that this import wrote carries its number until someone writes it anew. Every later write
-- has left the row as it was in the history, with the number in it. A later import that was itself
-- undone has put the row back, so it does not count.
select distinct on (feature_id) feature_id, actor
from history
where layer = $1
  and (before ->> 'import_id')::bigint = $2
  and import_id is distinct from $2
  and not exists (select from import where import.import_id = history.import_id and undone_at is not null)
order by feature_id, history_id desc
