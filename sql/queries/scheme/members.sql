select community_id, precinct_id, how from scheme_member where scheme_id = $1 order by community_id
