select trench_plan_id, state, answer -> 'openings' as openings,
       array(select (work ->> 'work_id')::bigint from jsonb_array_elements(answer -> 'works') as work) as work_ids
from trench_plan
where state <> 'draft'
order by trench_plan_id
