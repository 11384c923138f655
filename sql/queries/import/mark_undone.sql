update import set undone_at = clock_timestamp(), undone_by = current_actor() where import_id = $1
