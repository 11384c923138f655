-- Only the owner may alter a table.
select pg_has_role(relowner, 'usage') as may from pg_class where oid = $1::text::regclass
