insert into planned_trench
    (trench_plan_id, number, street_id, work_ids, operators, lead_operator, starts_on, ends_on, geom, result, works)
values ($1, $2, $3, $4, $5, $6, $7, $8, st_setsrid(st_geomfromwkb($9), 4490), $10, $11)
returning planned_trench_id
