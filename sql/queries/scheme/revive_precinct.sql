-- It comes back under its number, with a version that it never had.
insert into precinct (scheme_id, geom, code, name, responsible_body, start_year, is_pilot, precinct_id, version)
overriding system value
select $1, st_setsrid(st_geomfromwkb($2), 4490), $3, $4, $5, $6, $7, $8,
       1 + coalesce((select max(version) from history where layer = 'precinct' and feature_id = $8), 0)
returning precinct_id
