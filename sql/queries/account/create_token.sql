insert into token (secret_hash, account_id, name, expires_at)
values ($1, $2, $3, $4)
returning token_id, created_at
