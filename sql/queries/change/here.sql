-- Where this transaction stands: what it sees, in which database, and how many changes that are.
-- The database goes by its number: one that was restored from a backup has the name of the old one.
select pg_current_snapshot()::text as snapshot,
       (select system_identifier::text from pg_control_system()) || '/'
           || (select oid from pg_database where datname = current_database()) as database,
       (select pruned from change_pruned) + (select count(*) from change) as revision
