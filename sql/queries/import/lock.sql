select layers, undone_at from import where import_id = $1 for update
