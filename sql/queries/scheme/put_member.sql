insert into scheme_member (scheme_id, community_id, precinct_id, how) values ($1, $2, $3, $4)
on conflict (scheme_id, community_id) do update set precinct_id = excluded.precinct_id, how = excluded.how
