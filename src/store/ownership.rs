//! Whose rows are, asked of the database in the transaction that writes them: an operator and a body write what is
//! their own, and leave it their own.

use tokio_postgres::Transaction;

use super::StoreError;
use crate::domain::{LayerId, Viewer};

/// True of the row `f` when it is the own of whom the parameter `whom` names; `None` where nobody but the city writes
/// the layer.
fn is_own(viewer: Viewer, layer: LayerId, whom: &str) -> Option<String> {
    if !viewer.may_write(layer) {
        return None;
    }
    let lies_in =
        format!("exists (select from responsible_body as b where b.code = {whom} and st_coveredby(f.geom, b.geom))");
    match viewer {
        // The city writes everything, and is not asked.
        Viewer::Everything | Viewer::Public => None,
        Viewer::Operator(_) => Some(format!("f.operator = {whom}")),
        // A row that names a body is that body's wherever it lies.
        Viewer::Body(_) if layer.describe().field("responsible_body").is_some() => {
            Some(format!("case when f.responsible_body is null then {lies_in} else f.responsible_body = {whom} end"))
        }
        Viewer::Body(_) => Some(lies_in),
    }
}

/// The first of these features that is there and is not the viewer's.
pub async fn first_foreign(
    transaction: &Transaction<'_>,
    viewer: Viewer,
    layer: LayerId,
    ids: &[i64],
) -> Result<Option<i64>, StoreError> {
    if viewer == Viewer::Everything {
        return Ok(None);
    }
    let Some(is_own) = is_own(viewer, layer, "$1") else { return Ok(ids.first().copied()) };
    let (name, id) = (layer.name(), layer.describe().id_column());
    let sql = format!(
        "select f.{id} from {name} as f where f.{id} = any ($2) and ({is_own}) is not true order by f.{id} limit 1"
    );
    let found = transaction.query_opt(&sql, &[&viewer.speaks_for(), &ids]).await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}

/// True when everything that an import wrote, and wrote over, in a layer is the viewer's.
pub async fn is_import_own(
    transaction: &Transaction<'_>,
    viewer: Viewer,
    layer: LayerId,
    import_id: i64,
) -> Result<bool, StoreError> {
    if viewer == Viewer::Everything {
        return Ok(true);
    }
    let Some(is_own) = is_own(viewer, layer, "$1") else { return Ok(false) };
    let name = layer.name();
    let sql = format!(
        "select not exists (select from {name} as f where f.import_id = $2 and ({is_own}) is not true)
            and not exists (select from history as h, jsonb_populate_record(null::{name}, h.before) as f
                            where h.import_id = $2 and h.layer = '{name}' and ({is_own}) is not true)"
    );
    Ok(transaction.query_one(&sql, &[&viewer.speaks_for(), &import_id]).await?.try_get(0)?)
}

/// True of a row of `import` when its data set is of whom the parameter `whom` names ([`own_source`]), and all that it
/// wrote, and wrote over, is its own. `None` where nobody but the city writes anything.
pub fn is_own_import(viewer: Viewer, whom: &str) -> Option<String> {
    let is_own = of_each_layer(viewer, whom, "import", |name, is_own| {
        format!(
            "not exists (select from {name} as f where f.import_id = import.import_id and ({is_own}) is not true)
             and not exists (select from history as h, jsonb_populate_record(null::{name}, h.before) as f
                             where h.import_id = import.import_id and h.layer = '{name}' and ({is_own}) is not true)"
        )
    })?;
    // Of an import that was taken back no row is left to tell.
    Some(format!("starts_with(import.source, {whom} || ': ') and {is_own}"))
}

/// The name of a data set of an operator's or a body's, under which it meets nobody else's rows.
pub fn own_source(whom: &str, name: &str) -> String {
    format!("{whom}: {name}")
}

/// True of a row of `edit` when each of its features was, and was left, the own of whom the parameter `whom` names.
/// `None` where nobody but the city writes anything.
pub fn is_own_edit(viewer: Viewer, whom: &str) -> Option<String> {
    of_each_layer(viewer, whom, "edit", |name, is_own| {
        format!(
            "not exists (select from history as h
                         cross join lateral (values (h.before), (h.after)) as image (of_row)
                         cross join lateral jsonb_populate_record(null::{name}, image.of_row) as f
                         where h.edit_id = edit.edit_id and h.layer = '{name}' and image.of_row is not null
                           and ({is_own}) is not true)"
        )
    })
}

/// A condition on each layer that the viewer writes, and that the row of `table` names no other.
fn of_each_layer(viewer: Viewer, whom: &str, table: &str, condition: impl Fn(&str, &str) -> String) -> Option<String> {
    let own: Vec<(&str, String)> =
        LayerId::ALL.into_iter().filter_map(|layer| Some((layer.name(), is_own(viewer, layer, whom)?))).collect();
    if own.is_empty() {
        return None;
    }
    let names: Vec<String> = own.iter().map(|(name, _)| format!("'{name}'")).collect();
    let each: Vec<String> = own.iter().map(|(name, is_own)| condition(name, is_own)).collect();
    Some(format!("{table}.layers <@ array[{}] and {}", names.join(", "), each.join(" and ")))
}
