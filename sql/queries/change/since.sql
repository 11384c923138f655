-- Changes that are visible now and were not in the snapshot $1.
-- The first condition lets the index skip what was settled long ago.
select layer, feature_ids
from change
where xid >= pg_snapshot_xmin($1::text::pg_snapshot)
  and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
order by change_id
