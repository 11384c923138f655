-- What is taken back is no longer in effect; what that had taken back is in effect again.
with undone as (
    update edit set is_in_effect = false where edit_id = $1 returning undoes
)
update edit set is_in_effect = true from undone where edit.edit_id = undone.undoes
