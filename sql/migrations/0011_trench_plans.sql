-- A plan of shared trenches that is kept: put before the operators, replied to, planned anew, agreed trench by trench.

create table trench_plan (
    trench_plan_id bigint generated always as identity primary key,
    name text not null unique check (char_length(btrim(name)) between 1 and 120),
    state text not null default 'draft' check (state in ('draft', 'offered', 'closed')),
    -- Settings, confirmed rules and exceptions, as they were ordered.
    made_from jsonb not null,
    -- What replies changed: windows that operators asked for, works that share no trench.
    terms jsonb not null,
    -- Of the city that the last round was planned from.
    revision bigint not null,
    -- Totals, bound, works, openings and clashes of the last round, as they were told.
    answer jsonb not null,
    -- How often it was planned.
    round integer not null default 1 check (round >= 1),
    version integer not null default 1,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    updated_by text not null default current_actor()
);
comment on table trench_plan is '共沟计划';

create table planned_trench (
    planned_trench_id bigint generated always as identity primary key,
    trench_plan_id bigint not null references trench_plan on delete cascade,
    number integer not null check (number >= 1),
    -- Counts how often what operators agree on changed: a reply names the one that it is of.
    version integer not null default 1 check (version >= 1),
    state text not null default 'proposed' check (state in ('proposed', 'agreed', 'refused', 'withdrawn')),
    -- Null in a yard. No reference: the street may go, what was agreed stays.
    street_id bigint,
    work_ids bigint[] not null,
    operators text[] not null,
    lead_operator text,
    starts_on date not null,
    ends_on date not null check (ends_on >= starts_on),
    geom geometry(MultiLineString, 4490) not null,
    -- The trench as it was planned: cross-section, checks, saving.
    result jsonb not null,
    -- Its works as they were then: line, window, kind, diameter, depth, operator.
    works jsonb not null,
    agreed_at timestamptz,
    -- Its row in the layer, once agreed. No reference: somebody may delete it.
    shared_trench_id bigint,
    unique (trench_plan_id, number),
    check ((state = 'agreed') <= (agreed_at is not null and shared_trench_id is not null))
);
comment on table planned_trench is '计划中的共沟';

-- What operators said, never changed and never deleted: only drafts are deleted, and nobody replies to a draft.
create table trench_reply (
    trench_reply_id bigint generated always as identity primary key,
    planned_trench_id bigint not null references planned_trench,
    trench_version integer not null,
    operator text not null check (char_length(btrim(operator)) between 1 and 200),
    reply text not null check (reply in ('accept', 'shift', 'refuse')),
    reason text check (char_length(btrim(reason)) between 1 and 500),
    first_day date,
    last_day date,
    made_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    check (reply = 'accept' or reason is not null),
    check ((reply = 'shift') = (first_day is not null) and (reply = 'shift') = (last_day is not null)),
    check (last_day >= first_day)
);
create index trench_reply_by_trench on trench_reply (planned_trench_id, trench_reply_id);
comment on table trench_reply is '各单位对共沟的答复，只增不改';

create function replies_stay() returns trigger
language plpgsql as $$
begin
    raise exception 'what an operator replied is neither changed nor deleted' using errcode = '23514';
end $$;
create trigger replies_stay before update or delete on trench_reply for each row execute function replies_stay();

-- What was done to a plan, step by step.
create table trench_plan_step (
    trench_plan_step_id bigint generated always as identity primary key,
    -- No reference: what was deleted keeps its history.
    trench_plan_id bigint not null,
    planned_trench_id bigint,
    made_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    kind text not null check (kind in ('create', 'offer', 'reply', 'agree', 'lead', 'replan', 'withdraw', 'close', 'delete')),
    -- What the step changed, each before and after.
    changes jsonb not null
);
create index trench_plan_step_by_plan on trench_plan_step (trench_plan_id, trench_plan_step_id);
comment on table trench_plan_step is '共沟计划的历史';

create function note_trench_plan() returns trigger
language plpgsql as $$
begin
    new.version := old.version + 1;
    new.updated_at := clock_timestamp();
    new.updated_by := current_actor();
    return new;
end $$;
create trigger note_trench_plan before update on trench_plan for each row execute function note_trench_plan();

-- An agreed trench never moves, whoever writes: it can only be taken back.
create function agreed_trench_stays() returns trigger
language plpgsql as $$
begin
    if old.state = 'agreed' and (new.state not in ('agreed', 'withdrawn')
        or (new.version, new.street_id, new.work_ids, new.operators, new.starts_on, new.ends_on, new.result, new.works)
           is distinct from
           (old.version, old.street_id, old.work_ids, old.operators, old.starts_on, old.ends_on, old.result, old.works)
        or not st_orderingequals(new.geom, old.geom)) then
        raise exception 'a trench that was agreed does not change' using errcode = '23514';
    end if;
    return new;
end $$;
create trigger agreed_trench_stays before update on planned_trench
    for each row execute function agreed_trench_stays();

-- Its feature in the layer is changed through its plan, not by itself: the two say the same.
create function shared_trench_follows_plan() returns trigger
language plpgsql as $$
begin
    if current_setting('pianqu.in_trench_plan', true) is distinct from 'yes' and exists (
        select from planned_trench where shared_trench_id = old.shared_trench_id and state = 'agreed') then
        raise exception 'a shared trench that was agreed in a plan is changed through that plan' using errcode = '23514';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger shared_trench_follows_plan before update or delete on shared_trench
    for each row execute function shared_trench_follows_plan();
create index planned_trench_by_feature on planned_trench (shared_trench_id) where shared_trench_id is not null;
