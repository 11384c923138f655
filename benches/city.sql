-- The benchmark city: :buildings footprints and :lines utility lines around Ziyang, by arithmetic,
-- so that it is the same everywhere. Blocks of 10 x 10 buildings between streets 250 m apart.

insert into building (code, name, building_use, floors, households, geom)
select 'B' || i,
       case when i % 7 = 0 then (i % 90 + 1) || '号楼' end,
       (array['residential', 'residential', 'residential', 'commercial', 'public', 'mixed'])[1 + i % 6],
       1 + (i % 18 * 7919) % 18,
       (i * 31) % 60,
       -- An L of six corners, turned by up to a quarter.
       st_multi(st_translate(
           st_rotate(
               st_setsrid(st_geomfromtext('POLYGON((0 0,0.00016 0,0.00016 0.00009,0.00010 0.00009,0.00010 0.00013,0 0.00013,0 0))'), 4490),
               ((i * 37) % 90) * pi() / 180 / 6),
           104.40 + (block % side) * 0.0026 + (nth % 10) * 0.00023 + ((i * 13) % 7) * 0.000005,
           29.95 + (block / side) * 0.0023 + (nth / 10) * 0.00020 + ((i * 17) % 5) * 0.000005))
from (
    select i, i / 100 as block, i % 100 as nth, ceil(sqrt(:buildings / 100.0))::int as side
    from generate_series(0, :buildings - 1) as i
) as numbered;

-- Twelve lines a street side: kinds beside each other, in pieces of about 40 m with a bend.
insert into utility_line (code, utility_kind, diameter_mm, quality_level, material, geom)
select 'L' || i,
       (array['water', 'storm_sewer', 'foul_sewer', 'gas', 'power', 'telecom'])[1 + i % 6],
       50 * (1 + (i * 7) % 20),
       (array['surveyed', 'from_drawing', 'told_by_staff', 'unknown'])[1 + i % 4],
       (array['pe', 'pvc', 'steel', 'concrete'])[1 + (i / 6) % 4],
       st_multi(st_setsrid(st_makeline(array[
           st_point(x, y), st_point(x + dx * 0.5 + dy * 0.02, y + dy * 0.5 + dx * 0.02), st_point(x + dx, y + dy)]), 4490))
from (
    select i,
           104.40 + (street % side) * 0.0026 - 0.0002 + (i % 6) * 0.00002 + case when is_north then 0 else nth * 0.0004 end as x,
           29.95 + (street / side) * 0.0023 - 0.0002 + (i % 6) * 0.00002 + case when is_north then nth * 0.0004 else 0 end as y,
           case when is_north then 0 else 0.0004 end as dx,
           case when is_north then 0.0004 else 0 end as dy
    from (
        select i, i / 72 as street, (i / 6) % 6 as nth, (i / 36) % 2 = 0 as is_north,
               ceil(sqrt(:lines / 72.0))::int as side
        from generate_series(0, :lines - 1) as i
    ) as numbered
) as placed;

analyze building;
analyze utility_line;
