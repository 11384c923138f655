-- 改造范围: what the city sets otherwise than the plan, and what planners decided on single communities.
create table eligibility_settings (
    only_row boolean primary key default true check (only_row),
    settings jsonb not null,
    version integer not null default 1,
    updated_at timestamptz not null default clock_timestamp(),
    updated_by text not null default current_actor()
);
comment on table eligibility_settings is '改造范围判定设置';

create table eligibility_override (
    community_id bigint not null,
    criterion text not null,
    verdict text not null check (verdict in ('pass', 'fail', 'needs_review')),
    reason text not null check (char_length(btrim(reason)) between 1 and 500),
    made_at timestamptz not null default clock_timestamp(),
    author text not null default current_actor(),
    primary key (community_id, criterion)
);
comment on table eligibility_override is '改造范围人工认定：理由与认定人';

create table eligibility_history (
    eligibility_history_id bigint generated always as identity primary key,
    -- Null: the settings.
    community_id bigint,
    criterion text,
    made_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    before jsonb,
    after jsonb
);
comment on table eligibility_history is '改造范围判定的修改历史';

create function note_eligibility() returns trigger
language plpgsql as $$
begin
    insert into eligibility_history (community_id, criterion, before, after)
    values (
        case when tg_table_name = 'eligibility_override' then (coalesce(to_jsonb(new), to_jsonb(old)) ->> 'community_id')::bigint end,
        case when tg_table_name = 'eligibility_override' then coalesce(to_jsonb(new), to_jsonb(old)) ->> 'criterion' end,
        case tg_op when 'INSERT' then null else to_jsonb(old) end,
        case tg_op when 'DELETE' then null else to_jsonb(new) end);
    return null;
end $$;
create trigger note_eligibility after insert or update or delete on eligibility_settings
    for each row execute function note_eligibility();
create trigger note_eligibility after insert or update or delete on eligibility_override
    for each row execute function note_eligibility();
