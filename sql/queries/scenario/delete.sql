delete from scenario where scenario_id = $1
