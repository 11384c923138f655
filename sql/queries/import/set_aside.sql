-- What an empty table need not keep while it is filled: how to take it away, and how to have it back
-- exactly as it was. Its indexes and unique constraints but the primary key and those that another
-- table's foreign key rests on; and where shapes are areas ($2), the check that they are valid, which comes back for whatever is written later.
select format('alter table %s drop constraint %I', conrelid::regclass, conname) as set_aside,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as put_back
from pg_constraint as one
where conrelid = $1::text::regclass and contype = 'u'
  and not exists (select from pg_constraint as other where other.contype = 'f' and other.conindid = one.conindid)
union all
select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
from pg_index
where indrelid = $1::text::regclass
  and not indisprimary
  and not exists (select from pg_constraint where conindid = indexrelid)
union all
select format('alter table %s drop constraint %I', conrelid::regclass, conname),
       format('alter table %s add constraint %I %s', conrelid::regclass, conname,
              regexp_replace(pg_get_constraintdef(oid), '( NOT VALID)?$', ' NOT VALID'))
from pg_constraint
where $2 and conrelid = $1::text::regclass and contype = 'c' and conname = $1::text || '_geom_is_valid'
