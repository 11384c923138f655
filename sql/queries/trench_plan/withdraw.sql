with taken_back as (
    update planned_trench set state = 'withdrawn' where planned_trench_id = $1
    returning shared_trench_id
)
delete from shared_trench using taken_back where shared_trench.shared_trench_id = taken_back.shared_trench_id
