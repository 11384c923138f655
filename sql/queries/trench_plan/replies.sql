select trench_reply_id, planned_trench_id, trench_version, operator, reply, reason, first_day, last_day,
       trench_reply.made_at, actor
from trench_reply join planned_trench using (planned_trench_id)
where trench_plan_id = $1
order by trench_reply_id
