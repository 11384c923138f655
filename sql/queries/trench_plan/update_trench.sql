-- Whoever was to lead still does while it takes part.
update planned_trench
set version = version + 1, state = 'proposed', street_id = $2, work_ids = $3, operators = $4,
    lead_operator = case when lead_operator = any($4) then lead_operator else $5 end,
    starts_on = $6, ends_on = $7, geom = st_setsrid(st_geomfromwkb($8), 4490), result = $9, works = $10
where planned_trench_id = $1
