-- Checks of shapes that hold for every new write, and were not yet run over the rows of an import.
-- Only the owner of a table may have them run.
select conrelid::regclass::text as "table", conname::text as "check"
from pg_constraint
join pg_class on pg_class.oid = conrelid
where contype = 'c'
  and not convalidated
  and connamespace = 'public'::regnamespace
  and conname = relname || '_geom_is_valid'
  and pg_has_role(relowner, 'usage')
order by 1
