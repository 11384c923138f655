-- What this person did last and has not taken back.
select edit_id
from edit
where actor = $1 and kind in ('edit', 'restore') and is_in_effect
order by edit_id desc
limit 1
