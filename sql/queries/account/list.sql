-- The accounts by name, with what they have open.
select name, role, speaks_for, is_disabled, created_at, last_login_at,
       (select count(*) from session where session.account_id = account.account_id and expires_at > now()) as sessions,
       (select count(*) from token where token.account_id = account.account_id
        and (expires_at is null or expires_at > now())) as tokens
from account
order by lower(name)
