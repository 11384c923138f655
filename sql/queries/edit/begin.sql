-- Marks the transaction, so that history and change feed name person and edit.
with marked as (
    select set_config('pianqu.actor', $1, true)
),
begun as (
    insert into edit (actor, kind, undoes, message, layers, feature_count)
    select coalesce(nullif($1, ''), session_user::text), $2, $3, $4, $5, $6 from marked
    returning edit_id, xid
)
select edit_id, xid::text as xid, set_config('pianqu.edit_id', edit_id::text, true) from begun
