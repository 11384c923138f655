-- A tenth of a degree of slack: what lies just beyond the border may well belong to the file.
select case when extent is null then null else array[
    st_xmin(extent) - 0.1, st_ymin(extent) - 0.1, st_xmax(extent) + 0.1, st_ymax(extent) + 0.1
]::double precision[] end as bounds
from (
    select st_extent(geom) as extent
    from (select geom from responsible_body union all select geom from subdistrict) as areas
) as city
