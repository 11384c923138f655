update precinct
set geom = st_setsrid(st_geomfromwkb($2), 4490), code = $3, name = $4, responsible_body = $5, start_year = $6,
    is_pilot = $7
where scheme_id = $1 and precinct_id = $8
returning precinct_id
