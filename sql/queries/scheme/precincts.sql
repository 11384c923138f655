select precinct.precinct_id, scheme_precinct.version, st_asbinary(precinct.geom) as geom, precinct.code, precinct.name,
       precinct.responsible_body, precinct.start_year, precinct.is_pilot
from precinct join scheme_precinct using (precinct_id)
where precinct.scheme_id = $1
order by precinct.precinct_id
