-- The indexes and unique constraints of a table but its primary key: how to drop them, and how to
-- have them back exactly as they were.
select format('alter table %s drop constraint %I', conrelid::regclass, conname) as set_aside,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as put_back
from pg_constraint
where conrelid = $1::text::regclass and contype = 'u'
union all
select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
from pg_index
where indrelid = $1::text::regclass
  and not indisprimary
  and not exists (select from pg_constraint where conindid = indexrelid)
