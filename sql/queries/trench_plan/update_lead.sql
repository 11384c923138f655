-- The layer says the same.
with changed as (
    update planned_trench set lead_operator = $2 where planned_trench_id = $1
    returning shared_trench_id
)
update shared_trench set lead_operator = $2
from changed
where shared_trench.shared_trench_id = changed.shared_trench_id
