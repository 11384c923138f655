select work_ids, starts_on from planned_trench where state = 'agreed' order by planned_trench_id
