-- What has run out is taken away on the way.
with gone as (
    delete from session where expires_at <= now()
),
seen as (
    update account set last_login_at = clock_timestamp() where account_id = $2
)
insert into session (secret_hash, account_id, expires_at)
values ($1, $2, now() + make_interval(secs => $3))
returning expires_at
