-- Marks the transaction, keeps a second import of the same source waiting, writes the row.
with marked as (
    select set_config('pianqu.actor', $1, true),
           pg_advisory_xact_lock(hashtextextended('import ' || $4, 0))
),
begun as (
    insert into import (actor, file_name, file_hash, source, layers)
    select coalesce(nullif($1, ''), session_user::text), $2, $3, $4, $5 from marked
    returning import_id
)
select import_id, set_config('pianqu.import_id', import_id::text, true) from begun
