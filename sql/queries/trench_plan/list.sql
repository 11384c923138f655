-- Without the long lists of the answer.
select trench_plan_id, name, state, made_from, terms, revision,
       jsonb_build_object('totals', answer -> 'totals', 'bound', answer -> 'bound') as answer,
       round, version, created_at, updated_at, updated_by,
       coalesce(counted.states, '{}') as states, coalesce(counted.counts, '{}') as counts
from trench_plan
left join lateral (
    select array_agg(one.state order by one.state) as states, array_agg(one.n order by one.state) as counts
    from (select state, count(*) as n from planned_trench
          where planned_trench.trench_plan_id = trench_plan.trench_plan_id group by state) as one
) as counted on true
order by trench_plan_id
