update city
set name_zh = $1, name_en = $2, center_lon = $3, center_lat = $4, zoom = $5, is_sample = $6
