-- Who may log in, whom each account speaks for, and which operators take part in a shared trench.

create table account (
    account_id bigint generated always as identity primary key,
    name text not null check (name = btrim(name) and char_length(name) between 1 and 80 and name !~ '[[:cntrl:]]'),
    role text not null check (role in ('administrator', 'planner', 'body', 'operator', 'viewer')),
    -- The operator's name as it stands in the layers, or the body's code.
    speaks_for text check (speaks_for = btrim(speaks_for) and char_length(speaks_for) between 1 and 200
                           and speaks_for !~ '[;[:cntrl:]]'),
    -- Argon2id with its salt and its cost (PHC string).
    password_hash text not null check (password_hash like '$argon2id$%'),
    is_disabled boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    created_by text not null default current_actor(),
    last_login_at timestamptz,
    check ((speaks_for is not null) = (role in ('body', 'operator')))
);
-- 王工 and 王工 in other capitals are one person to whoever reads a history.
create unique index account_by_name on account (lower(name));
comment on table account is '账户：角色与所代表的单位';

-- A browser that has logged in. Only the hash of what its cookie holds is kept, so a copy of the database logs
-- nobody in.
create table session (
    secret_hash bytea primary key check (octet_length(secret_hash) = 32),
    account_id bigint not null references account on delete cascade,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null
);
create index session_by_account on session (account_id);
comment on table session is '登录会话';

-- A program that acts for an account.
create table token (
    token_id bigint generated always as identity primary key,
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    account_id bigint not null references account on delete cascade,
    name text not null check (char_length(btrim(name)) between 1 and 80),
    created_at timestamptz not null default clock_timestamp(),
    -- Null: until it is taken back.
    expires_at timestamptz,
    unique (account_id, name)
);
comment on table token is '程序访问令牌';

create table account_history (
    account_history_id bigint generated always as identity primary key,
    -- No reference: what was deleted keeps its history.
    account_id bigint not null,
    changed_at timestamptz not null default clock_timestamp(),
    actor text not null default current_actor(),
    -- The table that was written.
    what text not null check (what in ('account', 'token')),
    operation text not null check (operation in ('insert', 'update', 'delete')),
    is_password_new boolean not null default false,
    -- Whole rows without hashes.
    before jsonb,
    after jsonb
);
create index account_history_by_account on account_history (account_id, account_history_id);
comment on table account_history is '账户与令牌的修改历史（不含密码）';

create function note_account() returns trigger
language plpgsql as $$
declare
    -- A log-in is no change of the account.
    unsaid constant text[] := array['password_hash', 'secret_hash', 'last_login_at'];
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    is_now jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    is_new boolean := tg_op = 'UPDATE' and was ->> 'password_hash' is distinct from is_now ->> 'password_hash';
begin
    if tg_op = 'UPDATE' and was - unsaid = is_now - unsaid and not is_new then
        return null;
    end if;
    insert into account_history (account_id, what, operation, is_password_new, before, after)
    values ((coalesce(is_now, was) ->> 'account_id')::bigint, tg_table_name, lower(tg_op), is_new, was - unsaid, is_now - unsaid);
    return null;
end $$;
create trigger note_account after insert or update or delete on account for each row execute function note_account();
create trigger note_account after insert or update or delete on token for each row execute function note_account();

-- Nobody stays logged in who was shut out, or whose password was changed.
create function end_sessions() returns trigger
language plpgsql as $$
begin
    if new.is_disabled or new.password_hash is distinct from old.password_hash
       or (new.role, new.speaks_for) is distinct from (old.role, old.speaks_for) then
        delete from session where account_id = new.account_id;
    end if;
    return null;
end $$;
create trigger end_sessions after update on account for each row execute function end_sessions();

alter table shared_trench
    add column operators text check (char_length(operators) <= 1000);
comment on column shared_trench.operators is '参与单位';
