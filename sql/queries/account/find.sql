-- For a log-in: by name, in whatever capitals.
select account_id, name, role, speaks_for, is_disabled, password_hash
from account
where lower(name) = lower($1)
