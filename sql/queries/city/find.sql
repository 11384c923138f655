select name_zh, name_en, center_lon, center_lat, zoom, is_sample from city
