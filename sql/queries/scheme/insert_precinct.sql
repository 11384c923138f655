insert into precinct (scheme_id, geom, code, name, responsible_body, start_year, is_pilot)
values ($1, st_setsrid(st_geomfromwkb($2), 4490), $3, $4, $5, $6, $7)
returning precinct_id
