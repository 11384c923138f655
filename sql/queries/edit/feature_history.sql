-- What happened to a feature, newest first; shapes as GeoJSON to the last bit, without a crs member.
select history_id, operation, version, changed_at, actor, import_id, edit_id,
       before - 'geom' || jsonb_build_object('geometry', st_asgeojson((before ->> 'geom')::geometry, 15, 0)::jsonb) as before,
       after - 'geom' || jsonb_build_object('geometry', st_asgeojson((after ->> 'geom')::geometry, 15, 0)::jsonb) as after
from history
where layer = $1 and feature_id = $2
order by history_id desc
limit $3
