-- A row names the import that wrote it. A foreign key would look that number up once for each row,
-- which was most of the cost of a large import; here it is looked up once for each statement.

do $$
declare
    name text;
begin
    for name in
        select conrelid::regclass::text from pg_constraint
        where contype = 'f' and confrelid = 'import'::regclass
    loop
        execute (
            select string_agg(format('alter table %s drop constraint %I', name, conname), ';')
            from pg_constraint
            where contype = 'f' and confrelid = 'import'::regclass and conrelid = name::regclass
        );
    end loop;
end $$;

create function check_import_exists() returns trigger
language plpgsql as $$
declare
    missing bigint;
begin
    select n.import_id into missing
    from (select distinct import_id from new_rows where import_id is not null) as n
    where not exists (select from import where import.import_id = n.import_id)
    limit 1;
    if missing is not null then
        raise foreign_key_violation using message = format('there is no import %s', missing);
    end if;
    return null;
end $$;

do $$
declare
    name text;
begin
    for name in select relname from pg_trigger join pg_class on pg_class.oid = tgrelid where tgname = 'note_insert' loop
        execute format('create trigger check_import_on_insert after insert on %I referencing new table as new_rows
                        for each statement execute function check_import_exists()', name);
        execute format('create trigger check_import_on_update after update on %I referencing new table as new_rows
                        for each statement execute function check_import_exists()', name);
    end loop;
end $$;

-- An import is undone, never forgotten: rows and history go on naming it.
create function keep_imports() returns trigger
language plpgsql as $$
begin
    raise exception 'an import is undone, not deleted';
end $$;
create trigger keep_imports before delete on import for each statement execute function keep_imports();
create trigger keep_imports_all before truncate on import for each statement execute function keep_imports();
