with written as (
    insert into shared_trench
        (geom, code, name, trench_state, lead_operator, width_m, depth_m, starts_on, ends_on, members, operators)
    select geom, $2::text, $3::text, 'agreed', $4::text, $5::double precision, $6::double precision, $7::date, $8::date,
           $9::text, $10::text
    from planned_trench where planned_trench_id = $1
    returning shared_trench_id
)
update planned_trench
set state = 'agreed', agreed_at = clock_timestamp(), shared_trench_id = written.shared_trench_id
from written
where planned_trench_id = $1
returning written.shared_trench_id
