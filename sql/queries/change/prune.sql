-- Takes settled rows out of the feed and keeps the count, in one statement: the revision stays.
-- A node that was away for longer than this notices the gap and reads every layer anew.
with gone as (
    delete from change
    where changed_at < now() - make_interval(days => $1)
      and xid < pg_snapshot_xmin(pg_current_snapshot())
    returning 1
)
update change_pruned
set pruned = pruned + (select count(*) from gone)
where exists (select from gone)
returning (select count(*) from gone) as "count!"
