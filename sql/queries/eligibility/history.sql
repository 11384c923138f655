select community_id, criterion, made_at, actor, before, after
from eligibility_history
where $1::bigint is null or community_id = $1
order by eligibility_history_id desc
limit 200
