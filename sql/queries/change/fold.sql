-- Turns the whole feed into a count; returns the revision, which stays.
with gone as (
    delete from change
    returning 1
)
update change_pruned
set pruned = pruned + (select count(*) from gone)
returning pruned
