-- An edit is what a person does at once: one transaction, one or many features, taken back as a whole.

create table edit (
    edit_id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    made_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    kind text not null check (kind in ('edit', 'undo', 'redo', 'restore')),
    -- The edit that this one takes back: an undo takes back an edit, a redo takes back an undo.
    undoes bigint references edit,
    -- False while another edit has taken this one back.
    is_in_effect boolean not null default true,
    message text check (char_length(message) <= 300),
    layers text[] not null,
    feature_count integer not null check (feature_count >= 0),
    check ((undoes is not null) = (kind in ('undo', 'redo')))
);
create index edit_by_actor on edit (actor, edit_id);
comment on table edit is '编辑：一人一次所做的修改，可整体撤销与重做';

-- The edit that this transaction carries out, if it is one.
create function current_edit() returns bigint
language sql stable
as $$ select nullif(current_setting('pianqu.edit_id', true), '')::bigint $$;

-- Within an edit inserts are written down too, so that the edit can be taken back from its history
-- alone. Imports and other clients keep the cheaper way: author and time stand on the row.
alter table history add column edit_id bigint references edit default current_edit();
alter table history alter column before drop not null;
alter table history drop constraint history_operation_check;
alter table history add constraint history_operation_check check (operation in ('insert', 'update', 'delete'));
alter table history add constraint history_has_its_images
    check ((before is null) = (operation = 'insert') and (operation <> 'insert' or after is not null));
create index history_by_edit on history (edit_id, history_id) where edit_id is not null;
create index history_by_time on history (changed_at);

create or replace function note_insert() returns trigger
language plpgsql as $$
declare
    ids bigint[];
    id_column text := tg_table_name || '_id';
begin
    execute format('select array_agg(%I) from new_rows', id_column) into ids;
    if ids is not null then
        if current_edit() is not null then
            execute format(
                'insert into history (layer, feature_id, operation, version, after)
                 select %L, n.%I, ''insert'', n.version, row_image(to_jsonb(n), n.geom) from new_rows n',
                tg_table_name, id_column);
        end if;
        insert into change (layer, operation, feature_ids) values (tg_table_name, 'insert', ids);
        perform pg_notify('pianqu_change', '');
    end if;
    return null;
end $$;
