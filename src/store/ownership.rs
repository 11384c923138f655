//! Whose rows are, asked of the database in the transaction that writes them: an operator and a body write what is
//! their own, and leave it their own.

use tokio_postgres::Transaction;

use super::StoreError;
use crate::domain::{LayerId, Viewer};

/// True of the row `f` when it is the own of whom `$1` names; `None` where nobody but the city writes the layer.
fn is_own(viewer: Viewer, layer: LayerId) -> Option<String> {
    if !viewer.may_write(layer) {
        return None;
    }
    let lies_in = "exists (select from responsible_body as b where b.code = $1 and st_coveredby(f.geom, b.geom))";
    match viewer {
        // The city writes everything, and is not asked.
        Viewer::Everything | Viewer::Public => None,
        Viewer::Operator(_) => Some("f.operator = $1".to_owned()),
        // A row that names a body is that body's wherever it lies.
        Viewer::Body(_) if layer.describe().field("responsible_body").is_some() => {
            Some(format!("case when f.responsible_body is null then {lies_in} else f.responsible_body = $1 end"))
        }
        Viewer::Body(_) => Some(lies_in.to_owned()),
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
    let Some(is_own) = is_own(viewer, layer) else { return Ok(ids.first().copied()) };
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
    let Some(is_own) = is_own(viewer, layer) else { return Ok(false) };
    let name = layer.name();
    let sql = format!(
        "select not exists (select from {name} as f where f.import_id = $2 and ({is_own}) is not true)
            and not exists (select from history as h, jsonb_populate_record(null::{name}, h.before) as f
                            where h.import_id = $2 and h.layer = '{name}' and ({is_own}) is not true)"
    );
    Ok(transaction.query_one(&sql, &[&viewer.speaks_for(), &import_id]).await?.try_get(0)?)
}
