select layers, undone_at, actor from import where import_id = $1 for update
