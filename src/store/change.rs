//! Reading the city and following the change feed.
//!
//! A transaction's identifier is handed out when it starts and its rows appear when it commits, so
//! neither `change_id` nor `xid` grows in the order in which changes become visible. A reader keeps
//! the database snapshot (`pg_snapshot`) of its last read; what was not visible in that one and is
//! visible now is new, however late it committed and however long another transaction stays open.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Client, IsolationLevel, Transaction};

use super::layer_rows::{load_items, load_layer};
use super::{Store, StoreError};
use crate::domain::LayerId;
use crate::snapshot::{Item, Layer};

/// Where a reader stands in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The database snapshot of the last read, as PostgreSQL writes it.
    snapshot: String,
    /// Identifies the database: after a restore into another cluster a position means nothing.
    database: String,
    pub revision: u64,
}

impl Position {
    /// True when what this transaction wrote is part of what was read here.
    pub fn has_seen(&self, xid: u64) -> bool {
        // `xmin:xmax:xip,xip`: all below xmin were over, all from xmax on not begun, those listed under way.
        let mut parts = self.snapshot.split(':');
        let mut bound = || parts.next().and_then(|text| text.parse::<u64>().ok());
        let (Some(xmin), Some(xmax)) = (bound(), bound()) else { return false };
        let mut is_under_way = || parts.next().is_some_and(|list| list.split(',').any(|one| one.parse() == Ok(xid)));
        xid < xmin || (xid < xmax && !is_under_way())
    }
}

/// The whole city at one moment.
pub struct Loaded {
    pub layers: Vec<Layer>,
    pub position: Position,
}

/// What became visible since the last read.
pub struct News {
    pub layers: Vec<LayerNews>,
    pub position: Position,
}

pub enum LayerNews {
    /// The layer was emptied or most of it changed: here is all of it.
    Whole(Layer),
    /// Features that were written, and ids that are gone.
    Some { id: LayerId, written: Vec<Item>, removed: Vec<i64> },
}

/// Reads every layer in one transaction.
pub async fn load_city(store: &Store) -> Result<Loaded, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = begin(&mut client).await?;
    let position = here(&transaction).await?;
    let mut layers = Vec::with_capacity(LayerId::ALL.len());
    for id in LayerId::ALL {
        layers.push(Layer::new(id, load_layer(&transaction, id.describe()).await?));
    }
    transaction.commit().await?;
    Ok(Loaded { layers, position })
}

/// Reads what became visible since `last`; `None` when there is nothing new.
///
/// A position in another database, or one that the feed no longer reaches back to, gives every
/// layer whole. After a time away ask `thoroughly`: only then an empty answer of the feed is
/// checked against its count, since what was missed may have been pruned meanwhile.
pub async fn read_news(client: &mut Client, last: &Position, thoroughly: bool) -> Result<Option<News>, StoreError> {
    let transaction = begin(client).await?;
    let rows = transaction.query(include_str!("../../sql/queries/change/since.sql"), &[&last.snapshot]).await?;
    if rows.is_empty() && !thoroughly {
        return Ok(None);
    }
    let position = here(&transaction).await?;
    if rows.is_empty() && position.revision == last.revision && position.database == last.database {
        return Ok(None);
    }
    let seen_before = position.revision.checked_sub(rows.len() as u64);
    let is_continuous = position.database == last.database && seen_before == Some(last.revision);

    let mut layers = Vec::new();
    if is_continuous {
        for (id, touched) in by_layer(&rows)? {
            layers.push(layer_news(&transaction, id, touched).await?);
        }
    } else {
        tracing::warn!(revision = position.revision, "the change feed does not reach back; reading every layer anew");
        for id in LayerId::ALL {
            layers.push(LayerNews::Whole(Layer::new(id, load_layer(&transaction, id.describe()).await?)));
        }
    }
    transaction.commit().await?;
    Ok(Some(News { layers, position }))
}

/// The ids that a layer's changes touched; `None` where all of them were.
type TouchedIds = Option<BTreeSet<i64>>;

fn by_layer(rows: &[tokio_postgres::Row]) -> Result<BTreeMap<LayerId, TouchedIds>, StoreError> {
    let mut layers: BTreeMap<LayerId, TouchedIds> = BTreeMap::new();
    for row in rows {
        let name: &str = row.try_get("layer")?;
        let ids: Option<Vec<i64>> = row.try_get("feature_ids")?;
        // A table that a newer program adopted as a layer: this one has no place for it.
        let Ok(id) = name.parse::<LayerId>() else {
            tracing::warn!(layer = name, "a change in a layer that this version does not know");
            continue;
        };
        match (layers.entry(id).or_insert_with(|| Some(BTreeSet::new())), ids) {
            (Some(touched), Some(ids)) => touched.extend(ids),
            (touched, _) => *touched = None,
        }
    }
    Ok(layers)
}

async fn layer_news(transaction: &Transaction<'_>, id: LayerId, touched: TouchedIds) -> Result<LayerNews, StoreError> {
    let Some(touched) = touched else {
        return Ok(LayerNews::Whole(Layer::new(id, load_layer(transaction, id.describe()).await?)));
    };
    let mut removed = touched;
    let ids: Vec<i64> = removed.iter().copied().collect();
    let written = load_items(transaction, id.describe(), &ids).await?;
    for item in &written {
        removed.remove(&item.id);
    }
    Ok(LayerNews::Some { id, written, removed: removed.into_iter().collect() })
}

async fn begin(client: &mut Client) -> Result<Transaction<'_>, StoreError> {
    let builder = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    Ok(builder.start().await?)
}

/// Where the feed stands for this transaction. All that it reads, it reads at this point.
async fn here(transaction: &Transaction<'_>) -> Result<Position, StoreError> {
    let row = transaction.query_one(include_str!("../../sql/queries/change/here.sql"), &[]).await?;
    let revision: i64 = row.try_get("revision")?;
    Ok(Position {
        snapshot: row.try_get("snapshot")?,
        database: row.try_get("database")?,
        revision: revision.max(0) as u64,
    })
}

/// Takes changes older than `days` out of the feed; returns how many. The revision stays the same.
pub async fn prune(store: &Store, days: i32) -> Result<u64, StoreError> {
    let count = sqlx::query_file_scalar!("sql/queries/change/prune.sql", days).fetch_optional(store.pool()).await?;
    Ok(count.unwrap_or(0) as u64)
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn a_position_knows_whose_writes_it_has_seen() {
        let at = |snapshot: &str| Position { snapshot: snapshot.to_owned(), database: String::new(), revision: 0 };
        let position = at("10:20:12,15");
        let seen: Vec<u64> = (8..=22).filter(|xid| position.has_seen(*xid)).collect();
        assert_eq!(seen, [8, 9, 10, 11, 13, 14, 16, 17, 18, 19]);
        assert!(at("10:10:").has_seen(9) && !at("10:10:").has_seen(10));
        assert!(!at("nonsense").has_seen(1));
    }
}
