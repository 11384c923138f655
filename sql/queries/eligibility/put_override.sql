insert into eligibility_override (community_id, criterion, verdict, reason) values ($1, $2, $3, $4)
on conflict (community_id, criterion)
do update set verdict = excluded.verdict, reason = excluded.reason, made_at = clock_timestamp(), author = current_actor()
