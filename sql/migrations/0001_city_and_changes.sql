-- The ground that every layer stands on: who acts, what changed, what was there before.
--
-- Reference system: everything is stored in EPSG:4490 (CGCS2000, degrees, longitude first).

create extension if not exists postgis;

-- The city that this database holds. One row, so that every node that serves it says the same.
create table city (
    only_row boolean primary key default true check (only_row),
    name_zh text not null default '未命名城市' check (char_length(name_zh) <= 120),
    name_en text not null default 'Unnamed city' check (char_length(name_en) <= 120),
    center_lon double precision not null default 104.65 check (center_lon between -180 and 180),
    center_lat double precision not null default 30.12 check (center_lat between -90 and 90),
    zoom double precision not null default 12 check (zoom between 0 and 22),
    -- True while what is shown is invented; the map says so.
    is_sample boolean not null default false
);
insert into city default values;
comment on table city is '城市：名称、地图初始位置、是否示例数据';

-- Who acts in this transaction: the name that the program set, else the database user (psql, QGIS).
create function current_actor() returns text
language sql stable
as $$ select coalesce(nullif(current_setting('pianqu.actor', true), ''), session_user::text) $$;

-- The import that this transaction carries out, if it is one.
create function current_import() returns bigint
language sql stable
as $$ select nullif(current_setting('pianqu.import_id', true), '')::bigint $$;

-- One run of an import: what was read, by whom, and what became of it.
create table import (
    import_id bigint generated always as identity primary key,
    started_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    file_name text not null,
    file_hash text,
    -- The name under which rows of this file are recognised by a later import.
    source text not null,
    layers text[] not null,
    inserted bigint not null default 0 check (inserted >= 0),
    updated bigint not null default 0 check (updated >= 0),
    unchanged bigint not null default 0 check (unchanged >= 0),
    refused bigint not null default 0 check (refused >= 0),
    mended bigint not null default 0 check (mended >= 0),
    report jsonb,
    undone_at timestamptz,
    undone_by text
);
comment on table import is '导入记录：文件、人员、结果，可整体撤销';

-- The feed that every node follows. A row is written by the statement that changes a layer, in
-- the same transaction, so a reader sees both or neither.
--
-- `xid` is the writing transaction: identifiers are handed out in the order of starting, not of
-- committing, so `change_id > last` would lose a transaction that commits late. A reader keeps
-- the database snapshot of its last read and asks for what was not visible in that one.
create table change (
    change_id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    changed_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    import_id bigint default current_import(),
    layer text not null,
    operation text not null check (operation in ('insert', 'update', 'delete', 'truncate')),
    -- The features that the statement touched; null where it was all of them.
    feature_ids bigint[]
);
create index change_by_xid on change (xid);
comment on table change is '变更流：每条语句改变了哪些要素，供各节点跟随';

-- How many rows of the feed were pruned. Pruned plus present is the revision.
create table change_pruned (
    only_row boolean primary key default true check (only_row),
    pruned bigint not null default 0 check (pruned >= 0)
);
insert into change_pruned default values;
comment on table change_pruned is '变更流已清理的行数';

-- What a row was before and after it was changed. An insert is not written here: its author and
-- time stand on the row, and its content is the first `before` or the living row.
create table history (
    history_id bigint generated always as identity primary key,
    layer text not null,
    feature_id bigint not null,
    operation text not null check (operation in ('update', 'delete')),
    -- The version that ended.
    version integer not null,
    changed_at timestamptz not null default now(),
    actor text not null default current_actor(),
    import_id bigint default current_import(),
    xid xid8 not null default pg_current_xact_id(),
    -- Whole rows; the geometry as hexadecimal EWKB, exact to the last bit.
    before jsonb not null,
    after jsonb
);
create index history_by_feature on history (layer, feature_id, history_id);
create index history_by_import on history (import_id) where import_id is not null;
comment on table history is '编辑历史：谁、何时、改前、改后';

-- A row as history keeps it.
create function row_image(whole_row jsonb, geom geometry) returns jsonb
language sql immutable parallel safe
as $$ select whole_row || jsonb_build_object('geom', encode(st_asewkb(geom), 'hex')) $$;

create function note_insert() returns trigger
language plpgsql as $$
declare
    ids bigint[];
begin
    execute format('select array_agg(%I) from new_rows', tg_table_name || '_id') into ids;
    if ids is not null then
        insert into change (layer, operation, feature_ids) values (tg_table_name, 'insert', ids);
        perform pg_notify('pianqu_change', '');
    end if;
    return null;
end $$;

create function note_update() returns trigger
language plpgsql as $$
declare
    ids bigint[];
    id_column text := tg_table_name || '_id';
begin
    execute format('select array_agg(%I) from (select %1$I from old_rows union select %1$I from new_rows) as touched', id_column) into ids;
    if ids is not null then
        -- An old row whose key changed has no new row: its `after` stays null.
        execute format(
            'insert into history (layer, feature_id, operation, version, before, after)
             select %L, o.%I, ''update'', o.version, row_image(to_jsonb(o), o.geom),
                    case when n.%2$I is not null then row_image(to_jsonb(n), n.geom) end
             from old_rows o left join new_rows n using (%2$I)', tg_table_name, id_column);
        insert into change (layer, operation, feature_ids) values (tg_table_name, 'update', ids);
        perform pg_notify('pianqu_change', '');
    end if;
    return null;
end $$;

create function note_delete() returns trigger
language plpgsql as $$
declare
    ids bigint[];
    id_column text := tg_table_name || '_id';
begin
    execute format('select array_agg(%I) from old_rows', id_column) into ids;
    if ids is not null then
        execute format(
            'insert into history (layer, feature_id, operation, version, before)
             select %L, o.%I, ''delete'', o.version, row_image(to_jsonb(o), o.geom) from old_rows o',
            tg_table_name, id_column);
        insert into change (layer, operation, feature_ids) values (tg_table_name, 'delete', ids);
        perform pg_notify('pianqu_change', '');
    end if;
    return null;
end $$;

-- Before, because afterwards there is nothing left to remember.
create function note_truncate() returns trigger
language plpgsql as $$
begin
    execute format(
        'insert into history (layer, feature_id, operation, version, before)
         select %L, o.%I, ''delete'', o.version, row_image(to_jsonb(o), o.geom) from %I o',
        tg_table_name, tg_table_name || '_id', tg_table_name);
    insert into change (layer, operation) values (tg_table_name, 'truncate');
    perform pg_notify('pianqu_change', '');
    return null;
end $$;

create function count_version() returns trigger
language plpgsql as $$
begin
    new.version := old.version + 1;
    new.created_at := old.created_at;
    new.created_by := old.created_by;
    new.updated_at := now();
    new.updated_by := current_actor();
    return new;
end $$;

-- Makes a table with a key `<name>_id` and a column `geom` a layer: provenance, constraints,
-- index and triggers, the same for all.
create function adopt_layer(layer_name text) returns void
language plpgsql as $$
begin
    execute format($ddl$
        alter table %1$I
            add column source text check (char_length(source) <= 300),
            add column source_key text check (char_length(source_key) <= 300),
            add column import_id bigint references import,
            add column version integer not null default 1,
            add column created_at timestamptz not null default now(),
            add column created_by text not null default current_actor(),
            add column updated_at timestamptz not null default now(),
            add column updated_by text not null default current_actor(),
            add constraint %2$I unique (source, source_key),
            add constraint %3$I check (not st_isempty(geom)),
            add constraint %4$I check (st_isvalid(geom)),
            add constraint %5$I check (st_xmin(geom) >= -180 and st_xmax(geom) <= 180
                                   and st_ymin(geom) >= -90 and st_ymax(geom) <= 90),
            add constraint %6$I check (geometrytype(geom) in
                ('POINT', 'MULTILINESTRING', 'MULTIPOLYGON'))
        $ddl$, layer_name, layer_name || '_source_is_unique', layer_name || '_geom_is_not_empty',
        layer_name || '_geom_is_valid', layer_name || '_geom_is_on_earth', layer_name || '_geom_is_plain');
    execute format('create index %I on %I using gist (geom)', layer_name || '_by_place', layer_name);
    execute format('create index %I on %I (import_id) where import_id is not null', layer_name || '_by_import', layer_name);

    execute format('create trigger count_version before update on %I for each row execute function count_version()', layer_name);
    execute format('create trigger note_insert after insert on %I referencing new table as new_rows
                    for each statement execute function note_insert()', layer_name);
    execute format('create trigger note_update after update on %I referencing old table as old_rows new table as new_rows
                    for each statement execute function note_update()', layer_name);
    execute format('create trigger note_delete after delete on %I referencing old table as old_rows
                    for each statement execute function note_delete()', layer_name);
    execute format('create trigger note_truncate before truncate on %I
                    for each statement execute function note_truncate()', layer_name);

    execute format('comment on column %I.source is %L', layer_name, '数据来源（导入的数据集）');
    execute format('comment on column %I.source_key is %L', layer_name, '在来源中的主键，用于再次导入时更新');
    execute format('comment on column %I.version is %L', layer_name, '写入次数，从 1 起');
end $$;
