//! Keeps the snapshot up with the database.
//!
//! A notification wakes the follower up; a poll backs it up, because a notification can be lost
//! with its connection and a standby sends none. While PostgreSQL is away the last revision stays
//! in place and the follower tries again.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use sqlx::postgres::PgListener;

use super::city::{City, Touched, TouchedRow};
use crate::domain::{LayerId, RowRule};
use crate::snapshot::{Area, Item, Layer, Snapshot};
use crate::store::change::{LayerNews, News, Position, load_city, read_news};
use crate::store::{Store, StoreError, layer_rows};

/// How long a change may go unnoticed when its notification is lost.
const POLL: Duration = Duration::from_millis(500);
const FIRST_RETRY: Duration = Duration::from_millis(100);
const LONGEST_RETRY: Duration = Duration::from_secs(2);
/// A database that does not answer for this long is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads the whole city.
pub async fn load(store: &Store) -> Result<(Snapshot, Position), StoreError> {
    let loaded = load_city(store).await?;
    let now = Utc::now();
    let snapshot = Snapshot::empty(now).with_layers(loaded.position.revision, now, loaded.layers);
    Ok((snapshot, loaded.position))
}

/// Reads one layer; the others are empty.
pub async fn load_layer(store: &Store, id: LayerId) -> Result<Snapshot, StoreError> {
    let mut client = store.connect_raw().await?;
    let transaction = client.transaction().await?;
    let items = layer_rows::load_layer(&transaction, id.describe()).await?;
    transaction.commit().await?;
    let now = Utc::now();
    Ok(Snapshot::empty(now).with_layers(0, now, [Layer::new(id, items)]))
}

/// Follows the database for ever.
pub async fn follow(city: Arc<City>, store: Store, mut position: Position) {
    let mut wait = FIRST_RETRY;
    city.reach(position.clone());
    loop {
        let fault = match follow_once(&city, &store, &mut position, &mut wait).await {
            Ok(never) => match never {},
            Err(fault) => fault,
        };
        if city.is_database_up() {
            tracing::warn!(%fault, revision = position.revision, "PostgreSQL is away; going on from the last revision");
        }
        city.set_database_up(false);
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_RETRY);
    }
}

enum Never {}

/// Follows until a fault.
async fn follow_once(city: &City, store: &Store, position: &mut Position, wait: &mut Duration) -> Result<Never, Fault> {
    let mut client = patiently(store.connect_raw()).await?;
    let mut listener = patiently(PgListener::connect_with(store.pool())).await?;
    patiently(listener.listen("pianqu_change")).await?;
    let mut thoroughly = true;
    loop {
        if let Some(news) = patiently_long(read_news(&mut client, position, thoroughly)).await? {
            *position = news.position.clone();
            publish(city, news);
            city.reach(position.clone());
        }
        thoroughly = false;
        city.confirm(Utc::now());
        if !city.is_database_up() {
            tracing::info!(revision = position.revision, "PostgreSQL is back");
            city.set_database_up(true);
        }
        *wait = FIRST_RETRY;
        // A lost listener shows at the next read at the latest; the poll does not depend on it.
        if let Ok(heard) = tokio::time::timeout(POLL, listener.try_recv()).await {
            heard.map_err(StoreError::from)?.ok_or(Fault::Hung)?;
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the connection ended")]
    Hung,
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Silent,
}

async fn patiently<T, E: Into<StoreError>>(question: impl Future<Output = Result<T, E>>) -> Result<T, Fault> {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(answer) => answer.map_err(|error| Fault::Store(error.into())),
        Err(_) => Err(Fault::Silent),
    }
}

/// A read of news may carry a whole layer, so it is given more time.
async fn patiently_long<T, E: Into<StoreError>>(question: impl Future<Output = Result<T, E>>) -> Result<T, Fault> {
    match tokio::time::timeout(PATIENCE * 24, question).await {
        Ok(answer) => answer.map_err(|error| Fault::Store(error.into())),
        Err(_) => Err(Fault::Silent),
    }
}

fn publish(city: &City, news: News) {
    let last = city.snapshot();
    let mut layers = Vec::with_capacity(news.layers.len());
    let mut touched = Vec::with_capacity(news.layers.len());
    let bodies = Bodies(OnceCell::new());
    for layer_news in news.layers {
        let (layer, what) = apply(&last, layer_news, &bodies);
        touched.push(what);
        layers.push(layer);
    }
    if touched.iter().any(|one| one.layer == LayerId::ResponsibleBody) {
        // Where a body lies decides what it sees, wherever that is.
        let by_place = |id: &LayerId| matches!(id.describe().rows, RowRule::Operators { .. } | RowRule::Staff);
        touched.extend(LayerId::ALL.into_iter().filter(by_place).map(Touched::whole));
    }
    let next = last.with_layers(news.position.revision, Utc::now(), layers);
    tracing::info!(revision = next.revision, layers = touched.len(), "a new revision");
    city.publish(next, touched);
}

/// Where responsible bodies lie, found out when it is first asked for.
struct Bodies(OnceCell<Vec<(Arc<str>, Area)>>);

impl Bodies {
    /// Whose a row is.
    fn row(&self, last: &Snapshot, id: LayerId, item: &Item) -> TouchedRow {
        let layer = id.describe();
        let bodies = match layer.rows {
            RowRule::All | RowRule::PublicWhere { .. } => Vec::new(),
            RowRule::Operators { .. } | RowRule::Staff => {
                let all = self.0.get_or_init(|| last.body_areas());
                all.iter().filter(|(_, area)| area.holds(&item.shape)).map(|(code, _)| code.clone()).collect()
            }
        };
        TouchedRow { key: layer.row_key(&item.values), bodies }
    }
}

/// The next state of a layer, with the old and new boxes of what changed.
fn apply(last: &Snapshot, news: LayerNews, bodies: &Bodies) -> (Layer, Touched) {
    match news {
        LayerNews::Whole(layer) => {
            let touched = Touched::whole(layer.id());
            (layer, touched)
        }
        LayerNews::Some { id, written, removed } => {
            let before = last.layer_unmasked(id);
            let old = written
                .iter()
                .map(|item| item.id)
                .chain(removed.iter().copied())
                .filter_map(|id| before.find(id))
                .map(|item| item.as_ref());
            // What is hidden now and was seen before, and the other way round, is told by the box of that time.
            let changed = old.chain(&written).map(|item| (item.bounds(), bodies.row(last, id, item)));
            let (boxes, rows) = changed.unzip();
            (before.with_changes(written, &removed), Touched { layer: id, boxes, rows })
        }
    }
}
