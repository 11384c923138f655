-- What an edit did to each feature in all: the first image before it and the last after it.
select layer, feature_id,
       (array_agg(before order by history_id))[1] as before,
       (array_agg(after order by history_id desc))[1] as after
from history
where edit_id = $1
group by layer, feature_id
order by layer, feature_id
