insert into account (name, role, speaks_for, password_hash)
values ($1, $2, $3, $4)
returning account_id
