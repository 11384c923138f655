-- The newest steps first.
select changed_at, actor, operation, before, after
from scenario_history
where scenario_id = $1
order by scenario_history_id desc
limit 200
