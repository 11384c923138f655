select import_id, started_at, actor, file_name, source, layers,
       inserted, updated, unchanged, mended, refused, undone_at
from import
order by import_id desc
