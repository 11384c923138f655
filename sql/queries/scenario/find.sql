select scenario_id, name, note, baseline_revision, modifications, version, created_at, updated_at, updated_by
from scenario
where scenario_id = $1
