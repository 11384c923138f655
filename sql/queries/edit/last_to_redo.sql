-- What this person took back last, as long as nothing new was done after it.
select edit_id
from edit as undo
where actor = $1 and kind = 'undo' and is_in_effect
  and not exists (
      select from edit as later
      where later.actor = $1 and later.edit_id > undo.edit_id and later.kind in ('edit', 'restore'))
order by edit_id desc
limit 1
