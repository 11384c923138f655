-- What an edit did to each feature in all, with shapes as GeoJSON: the first image before it and the last after it.
with net as (
    select layer, feature_id,
           (array_agg(before order by history_id))[1] as before,
           (array_agg(after order by history_id desc))[1] as after
    from history
    where edit_id = $1
    group by layer, feature_id
    order by layer, feature_id
    limit $2
)
select layer, feature_id,
       before - 'geom' || jsonb_build_object('geometry', st_asgeojson((before ->> 'geom')::geometry, 15, 0)::jsonb) as before,
       after - 'geom' || jsonb_build_object('geometry', st_asgeojson((after ->> 'geom')::geometry, 15, 0)::jsonb) as after
from net
order by layer, feature_id
