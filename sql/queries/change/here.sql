-- Where this transaction stands: what it sees, in which database, and how many changes that are.
select pg_current_snapshot()::text as snapshot,
       (select system_identifier::text from pg_control_system()) || '/' || current_database() as database,
       (select pruned from change_pruned) + (select count(*) from change) as revision
