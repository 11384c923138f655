-- Whose a secret is, of a session or of a token, and until when.
select account_id, name, role, speaks_for, expires_at, token_id
from (
    select account_id, expires_at, null::bigint as token_id from session where secret_hash = $1
    union all
    select account_id, expires_at, token_id from token where secret_hash = $1
) as held
join account using (account_id)
where not is_disabled and (expires_at is null or expires_at > now())
