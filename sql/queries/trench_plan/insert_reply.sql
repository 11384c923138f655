insert into trench_reply (planned_trench_id, trench_version, operator, reply, reason, first_day, last_day)
values ($1, $2, $3, $4, $5, $6, $7)
returning trench_reply_id
