select token_id, name, created_at, expires_at
from token
where account_id = $1
order by token_id
