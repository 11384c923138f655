update import
set inserted = $2, updated = $3, unchanged = $4, refused = $5, mended = $6, report = $7
where import_id = $1
