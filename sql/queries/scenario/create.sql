insert into scenario (name, note, baseline_revision, modifications)
values ($1, $2, $3, $4)
returning scenario_id, name, note, baseline_revision, modifications, version, created_at, updated_at, updated_by
