update eligibility_settings
set settings = $1, version = version + 1, updated_at = clock_timestamp(), updated_by = current_actor()
where version = $2
