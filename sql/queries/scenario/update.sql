-- Nothing is found where somebody else was faster.
update scenario
set name = $2, note = $3, baseline_revision = $4, modifications = $5
where scenario_id = $1 and version = $6
returning scenario_id, name, note, baseline_revision, modifications, version, created_at, updated_at, updated_by
