-- A scenario is the city at a revision plus an ordered list of modifications: what if a facility moved, a gate
-- opened, a footbridge were built. It changes nothing in the layers, so it is no row of the feed.

create table scenario (
    scenario_id bigint generated always as identity primary key,
    name text not null unique check (char_length(btrim(name)) between 1 and 120),
    note text check (char_length(note) <= 1000),
    -- The revision that the modifications were drawn upon.
    baseline_revision bigint not null check (baseline_revision >= 0),
    modifications jsonb not null check (jsonb_typeof(modifications) = 'array' and jsonb_array_length(modifications) <= 500),
    version integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    updated_by text not null default current_actor()
);
comment on table scenario is '情景：基准版本加一组有序的假设修改';

create table scenario_history (
    scenario_history_id bigint generated always as identity primary key,
    -- No reference: what was deleted keeps its history.
    scenario_id bigint not null,
    changed_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    operation text not null check (operation in ('insert', 'update', 'delete')),
    -- The whole row before and after.
    before jsonb,
    after jsonb
);
create index scenario_history_by_scenario on scenario_history (scenario_id, scenario_history_id);
comment on table scenario_history is '情景的修改历史';

-- Whoever writes leaves a trace: psql too.
create function note_scenario() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
        new.updated_at := clock_timestamp();
        new.updated_by := current_actor();
    end if;
    insert into scenario_history (scenario_id, operation, before, after)
    values (
        case tg_op when 'DELETE' then old.scenario_id else new.scenario_id end,
        lower(tg_op),
        case tg_op when 'INSERT' then null else to_jsonb(old) end,
        case tg_op when 'DELETE' then null else to_jsonb(new) end);
    return case tg_op when 'DELETE' then old else new end;
end $$;

create trigger note_scenario before insert or update or delete on scenario
    for each row execute function note_scenario();
