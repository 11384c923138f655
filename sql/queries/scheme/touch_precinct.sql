insert into scheme_precinct (precinct_id, scheme_id) values ($1, $2)
on conflict (precinct_id) do update set version = scheme_precinct.version + 1
