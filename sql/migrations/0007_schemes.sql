-- A scheme divides the city into precincts. The outlines are rows of the layer `precinct`; which scheme they
-- belong to, which communities they take in and what happened to them stands here.

create table scheme (
    scheme_id bigint generated always as identity primary key,
    name text not null unique check (char_length(btrim(name)) between 1 and 120),
    note text check (char_length(note) <= 1000),
    state text not null default 'draft' check (state in ('draft', 'shared', 'published', 'adopted', 'superseded')),
    -- A community belongs to the precinct that holds at least this share of its area, or of its households.
    member_rule text not null default 'area' check (member_rule in ('area', 'households')),
    member_threshold double precision not null default 0.5 check (member_threshold > 0 and member_threshold <= 1),
    -- Where it came from: the scheme that it is a copy of, or a grouping with its seed and parameters.
    origin jsonb,
    version integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    updated_by text not null default current_actor()
);
-- A database holds one city, and a city has one scheme that holds.
create unique index only_one_scheme_is_adopted on scheme ((true)) where state = 'adopted';
comment on table scheme is '片区划分方案';

alter table precinct add column scheme_id bigint references scheme;
comment on column precinct.scheme_id is '划分方案编号';
alter table precinct add constraint precinct_of_its_scheme unique (precinct_id, scheme_id);
create index precinct_by_scheme on precinct (scheme_id) where scheme_id is not null;
alter table precinct drop constraint precinct_precinct_state_check;
alter table precinct add constraint precinct_precinct_state_check
    check (precinct_state in ('draft', 'shared', 'published', 'adopted', 'superseded'));

-- A community is in at most one precinct of a scheme: the key says so. Communities are not referred to: one
-- that is deleted and brought back is where it was, and one that is missing is counted as missing.
create table scheme_member (
    scheme_id bigint not null references scheme on delete cascade,
    community_id bigint not null,
    -- Null: left out by hand, wherever it lies.
    precinct_id bigint,
    how text not null check (how in ('area', 'households', 'by_hand')),
    primary key (scheme_id, community_id),
    foreign key (precinct_id, scheme_id) references precinct (precinct_id, scheme_id) deferrable initially deferred,
    check (precinct_id is not null or how = 'by_hand')
);
create index scheme_member_by_precinct on scheme_member (precinct_id);
comment on table scheme_member is '片区成员：每个小区在一个方案中至多属于一个片区';

-- How often a precinct was truly touched: what an edit says that it has seen. The version of the row counts
-- more than that: a vertex where a neighbour ends, the state of the scheme. It outlives the precinct, so that
-- one that comes back never repeats a number.
create table scheme_precinct (
    precinct_id bigint primary key,
    scheme_id bigint not null references scheme on delete cascade,
    version integer not null default 1
);

-- What was done to a scheme, step by step; enough to go back to any of them.
create table scheme_step (
    scheme_step_id bigint generated always as identity primary key,
    -- No reference: what was deleted keeps its history.
    scheme_id bigint not null,
    made_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    kind text not null,
    message text check (char_length(message) <= 300),
    -- The step that this one went back to.
    back_to bigint,
    -- { scheme: {before, after}, precincts: [{id, before, after}], members: [{id, before, after}] }
    changes jsonb not null
);
create index scheme_step_by_scheme on scheme_step (scheme_id, scheme_step_id);
comment on table scheme_step is '划分方案的修改历史，可回到任意一步';

-- A precinct of a scheme has the scheme's name and state, whoever writes; and nobody changes one past its
-- scheme, because outline, members and neighbours go together.
create function precinct_follows_scheme() returns trigger
language plpgsql as $$
declare
    its_scheme scheme;
    is_of_a_scheme boolean := case tg_op
        when 'INSERT' then new.scheme_id is not null
        when 'DELETE' then old.scheme_id is not null
        else old.scheme_id is not null or new.scheme_id is not null end;
begin
    if is_of_a_scheme and current_setting('pianqu.in_scheme', true) is distinct from 'yes' then
        raise exception 'a precinct of a scheme is changed through its scheme, not by itself' using errcode = '23514';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    if new.scheme_id is not null then
        select * into its_scheme from scheme where scheme_id = new.scheme_id;
        new.scheme := its_scheme.name;
        new.precinct_state := its_scheme.state;
    end if;
    return new;
end $$;
create trigger precinct_follows_scheme before insert or update or delete on precinct
    for each row execute function precinct_follows_scheme();

create function note_scheme() returns trigger
language plpgsql as $$
begin
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
    new.updated_by := current_actor();
    return new;
end $$;
create trigger note_scheme before update on scheme for each row execute function note_scheme();

-- The precincts take over a new name or state in the same transaction, so no outline of a draft is ever shown
-- for that of a published scheme.
create function scheme_tells_precincts() returns trigger
language plpgsql as $$
declare
    was text := coalesce(current_setting('pianqu.in_scheme', true), '');
begin
    if (new.name, new.state) is distinct from (old.name, old.state) then
        perform set_config('pianqu.in_scheme', 'yes', true);
        update precinct set scheme_id = scheme_id where scheme_id = new.scheme_id;
        perform set_config('pianqu.in_scheme', was, true);
    end if;
    return null;
end $$;
create trigger scheme_tells_precincts after update on scheme for each row execute function scheme_tells_precincts();
