//! Edits: one transaction each, all of it or nothing, seen by this node when the answer goes out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use tokio_postgres::Transaction;

use super::City;
use super::jobs::{Job, JobProgress};
use crate::domain::{LayerId, Viewer};
use crate::store::edit::{
    self, Begun, Change, Deed, EditEntry, Effect, NewEdit, Own, Stale, Turn, Wanted, What, Written,
};
use crate::store::{Store, StoreError, ownership, trench_plan};

/// Edits that are written at once: each holds a connection.
const AT_ONCE: usize = 8;
/// How often an edit is tried when PostgreSQL breaks a deadlock at its cost.
const TRIES: usize = 4;
/// Features between two words of a job on how far it is.
const TELL_EVERY: usize = 100;
/// How long an answer waits for this node to see what it wrote.
const PATIENCE: Duration = Duration::from_secs(5);

/// Carries out edits.
#[derive(Clone)]
pub struct Editor {
    store: Store,
    city: Arc<City>,
    places: Arc<Semaphore>,
}

/// Who edits.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Empty: the name of the database user.
    pub actor: &'a str,
    /// Whose rows may be written.
    pub viewer: Viewer,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// `None` after a rehearsal, and where nothing was to be done.
    pub edit_id: Option<i64>,
    /// The revision of this node, in which the edit can be seen.
    pub revision: u64,
    pub features: Vec<Written>,
}

/// Which edit is to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    This(i64),
    /// What the person who asks did last.
    Last,
    /// What the person who asks took back last.
    LastUndone,
}

/// Back to how it was at a time.
#[derive(Debug, Clone)]
pub struct Restore {
    pub at: DateTime<Utc>,
    pub layers: Vec<LayerId>,
    /// West, south, east, north.
    pub bounds: Option<[f64; 4]>,
    /// Tell what would be done, and do nothing.
    pub is_rehearsal: bool,
}

/// One feature as it was in an earlier version, also one that is gone.
#[derive(Debug, Clone, Copy)]
pub struct ToVersion {
    pub layer: LayerId,
    pub id: i64,
    pub version: i32,
    /// The version that the person saw; without it the last writer wins.
    pub expected: Option<i32>,
}

#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Nothing was written: these are not as the person believes, or gone.
    #[error("{} features have changed meanwhile", .0.len())]
    Stale(Vec<Stale>),
    /// Nothing was taken back: these were changed since.
    #[error("{} features were changed since", .0.len())]
    ChangedSince(Vec<(LayerId, i64)>),
    /// Nothing was written: this feature is somebody else's.
    #[error("{0}/{1} is not yours")]
    NotYours(LayerId, i64),
    /// Nothing was written: what would have been is somebody else's.
    #[error("a feature of {0} would not be yours")]
    WouldNotBeYours(LayerId),
    #[error("cancelled")]
    Cancelled,
    #[error("there is no such edit")]
    NoSuchEdit,
    #[error("the feature has no such version that has ended")]
    NoSuchVersion,
    #[error("the edit was taken back before")]
    NotInEffect,
    #[error("there is nothing to take back")]
    Nothing,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for EditError {
    fn from(error: tokio_postgres::Error) -> Self {
        EditError::Store(error.into())
    }
}

impl Editor {
    pub fn new(store: Store, city: Arc<City>) -> Self {
        Self { store, city, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Carries out changes, in their order, all or none.
    pub async fn carry_out(&self, by: By<'_>, message: Option<&str>, changes: &[Change]) -> Result<Done, EditError> {
        self.perform(by, &Task::Changes { message, changes }).await
    }

    /// Takes an edit back as a whole. Refused where one of its features was changed since, unless that
    /// left it as it was.
    pub async fn undo(&self, by: By<'_>, undo: Undo) -> Result<Done, EditError> {
        self.perform(by, &Task::Undo(undo)).await
    }

    /// Brings layers back to how they were at a time, as an edit that can itself be taken back. There may be
    /// very many features in it, so it is a job, and cancelled it leaves everything as it was.
    pub async fn restore(&self, by: By<'_>, restore: &Restore, job: &Job) -> Result<Done, EditError> {
        self.perform(by, &Task::Restore(restore, job)).await
    }

    /// Brings one feature back to an earlier version, as an edit that can itself be taken back.
    pub async fn restore_version(&self, by: By<'_>, to: ToVersion) -> Result<Done, EditError> {
        self.perform(by, &Task::ToVersion(to)).await
    }

    /// An edit and what it did to at most so many features; one that is not `own`, where that is said, is none.
    pub async fn find(
        &self,
        own: Option<Own<'_>>,
        edit_id: i64,
        at_most: i64,
    ) -> Result<Option<(EditEntry, Vec<Effect>)>, StoreError> {
        let client = self.store.connect_raw().await?;
        if let Some(own) = own
            && !edit::is_own(&client, own, edit_id).await?
        {
            return Ok(None);
        }
        let Some(entry) = edit::find(&client, edit_id).await? else { return Ok(None) };
        Ok(Some((entry, edit::effects(&client, edit_id, at_most).await?)))
    }

    /// Edits, newest first.
    pub async fn list(
        &self,
        own: Option<Own<'_>>,
        wanted: Wanted<'_>,
        at_most: i64,
    ) -> Result<Vec<EditEntry>, StoreError> {
        edit::list(&self.store.connect_raw().await?, own, wanted, at_most).await
    }

    /// The last steps of a feature, newest first.
    pub async fn feature_history(&self, layer: LayerId, id: i64, at_most: i64) -> Result<Vec<edit::Step>, StoreError> {
        let client = self.store.connect_raw().await?;
        edit::feature_history(&client, layer, id, at_most).await
    }

    /// Tries again where PostgreSQL gave the transaction up for another's sake.
    async fn perform(&self, by: By<'_>, task: &Task<'_>) -> Result<Done, EditError> {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let mut tries = 1;
        let (begun, features) = loop {
            match self.attempt(by, task).await {
                Err(EditError::Store(error)) if error.is_worth_another_try() && tries < TRIES => tries += 1,
                ended => break ended?,
            }
        };
        if let Some(begun) = begun {
            self.see(begun).await;
        }
        let edit_id = begun.map(|begun| begun.edit_id);
        Ok(Done { edit_id, revision: self.city.snapshot().revision, features })
    }

    async fn attempt(&self, by: By<'_>, task: &Task<'_>) -> Result<Outcome, EditError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        let outcome = match task {
            Task::Changes { message, changes } => change(&transaction, by, *message, changes).await?,
            Task::Undo(undo) => take_back(&transaction, by, *undo).await?,
            Task::Restore(restore, job) => go_back(&transaction, by, restore, job).await?,
            Task::ToVersion(to) => go_back_to_version(&transaction, by, *to).await?,
        };
        // Without an edit nothing was written, and what is dropped is rolled back.
        if outcome.0.is_some() {
            transaction.commit().await?;
        }
        Ok(outcome)
    }

    /// Waits until this node's snapshot shows what was written, so that whoever wrote it reads it.
    async fn see(&self, begun: Begun) {
        if tokio::time::timeout(PATIENCE, self.city.shows(begun.xid)).await.is_err() {
            let edit_id = begun.edit_id;
            tracing::warn!(edit_id, "an edit was committed and is not yet in this node's revision");
        }
    }
}

/// What an editor is asked for.
enum Task<'a> {
    Changes { message: Option<&'a str>, changes: &'a [Change] },
    Undo(Undo),
    Restore(&'a Restore, &'a Job),
    ToVersion(ToVersion),
}

/// The edit, if one was made, and what it left or would leave.
type Outcome = (Option<Begun>, Vec<Written>);

/// Refuses features that are there and are somebody else's.
async fn refuse_foreign(
    transaction: &Transaction<'_>,
    by: By<'_>,
    features: impl Iterator<Item = (LayerId, i64)>,
) -> Result<(), EditError> {
    match first_foreign(transaction, by, features).await? {
        Some((layer, id)) => Err(EditError::NotYours(layer, id)),
        None => Ok(()),
    }
}

/// Refuses what was written when it is now somebody else's. Nothing of it stays, as the caller commits nothing.
async fn refuse_given_away(transaction: &Transaction<'_>, by: By<'_>, written: &[Written]) -> Result<(), EditError> {
    match first_foreign(transaction, by, written.iter().map(|one| (one.layer, one.id))).await? {
        Some((layer, _)) => Err(EditError::WouldNotBeYours(layer)),
        None => Ok(()),
    }
}

async fn first_foreign(
    transaction: &Transaction<'_>,
    by: By<'_>,
    features: impl Iterator<Item = (LayerId, i64)>,
) -> Result<Option<(LayerId, i64)>, EditError> {
    let mut ids: BTreeMap<LayerId, Vec<i64>> = BTreeMap::new();
    features.for_each(|(layer, id)| ids.entry(layer).or_default().push(id));
    for (layer, ids) in ids {
        if let Some(id) = ownership::first_foreign(transaction, by.viewer, layer, &ids).await? {
            return Ok(Some((layer, id)));
        }
    }
    Ok(None)
}

async fn change(
    transaction: &Transaction<'_>,
    by: By<'_>,
    message: Option<&str>,
    changes: &[Change],
) -> Result<Outcome, EditError> {
    let stale = edit::lock(transaction, changes).await?;
    // First, so that nobody learns of somebody else's feature that it has changed.
    let targets = changes.iter().filter_map(|change| match change.what {
        What::Create { .. } => None,
        What::Update { id, .. } | What::Delete { id, .. } => Some((change.layer, id)),
    });
    refuse_foreign(transaction, by, targets).await?;
    if !stale.is_empty() {
        return Err(EditError::Stale(stale));
    }
    let layers = names(changes.iter().map(|change| change.layer));
    let (actor, feature_count) = (by.actor, changes.len());
    let new = NewEdit { actor, kind: "edit", undoes: None, message, layers: &layers, feature_count };
    let begun = edit::begin(transaction, &new).await?;
    let mut written = Vec::with_capacity(changes.len());
    for change in changes {
        written.push(edit::write(transaction, change).await?);
    }
    refuse_given_away(transaction, by, &written).await?;
    Ok((Some(begun), written))
}

async fn take_back(transaction: &Transaction<'_>, by: By<'_>, undo: Undo) -> Result<Outcome, EditError> {
    let edit_id = match undo {
        Undo::This(edit_id) => edit_id,
        Undo::Last | Undo::LastUndone => {
            let actor = edit::actor_or_user(transaction, by.actor).await?;
            let last = edit::last_of(transaction, &actor, undo == Undo::LastUndone).await?;
            last.ok_or(EditError::Nothing)?
        }
    };
    let target = edit::find_for_update(transaction, edit_id).await?;
    // Of others' edits only the city knows.
    let is_known = |target: &EditEntry| by.viewer == Viewer::Everything || target.actor == by.actor;
    let target = target.filter(is_known).ok_or(EditError::NoSuchEdit)?;
    if !target.is_in_effect {
        return Err(EditError::NotInEffect);
    }
    let turns = edit::turns_back(transaction, edit_id).await?;
    let kind = if target.kind == "undo" { "redo" } else { "undo" };
    let layers = names(turns.iter().map(|turn| turn.layer));
    let message = target.message.as_deref();
    let (actor, feature_count) = (by.actor, turns.len());
    let new = NewEdit { actor, kind, undoes: Some(edit_id), message, layers: &layers, feature_count };
    let outcome = turn_all(transaction, by, &turns, &new, None).await?;
    edit::mark_undone(transaction, edit_id).await?;
    Ok(outcome)
}

async fn go_back(
    transaction: &Transaction<'_>,
    by: By<'_>,
    restore: &Restore,
    job: &Job,
) -> Result<Outcome, EditError> {
    let mut turns = Vec::new();
    for layer in &restore.layers {
        go_on(job, JobProgress { stage: "compare", done: turns.len() as u64, total: 0 })?;
        turns.extend(edit::turns_to(transaction, *layer, restore.at, restore.bounds).await?);
    }
    // Precincts of a scheme go back with their scheme, whose own history does that.
    let is_of_a_scheme = |row: &Option<serde_json::Value>| row.as_ref().is_some_and(|row| row["scheme_id"].is_i64());
    turns.retain(|turn| !is_of_a_scheme(&turn.from) && !is_of_a_scheme(&turn.to));
    // So do trenches that were agreed in a plan: what was agreed does not go back.
    if turns.iter().any(|turn| turn.layer == LayerId::SharedTrench) {
        let of_plans = trench_plan::features(transaction).await?;
        turns.retain(|turn| turn.layer != LayerId::SharedTrench || !of_plans.contains(&turn.id));
    }
    if turns.is_empty() || restore.is_rehearsal {
        let would = turns.iter().map(|turn| {
            let deed = Deed::between(turn.from.as_ref(), turn.to.as_ref());
            Written { layer: turn.layer, id: turn.id, version: None, deed }
        });
        return Ok((None, would.collect()));
    }
    let message = format!("restore {}", restore.at.to_rfc3339());
    let layers = names(turns.iter().map(|turn| turn.layer));
    let (message, feature_count) = (Some(message.as_str()), turns.len());
    let new = NewEdit { actor: by.actor, kind: "restore", undoes: None, message, layers: &layers, feature_count };
    // Whoever changes one of these in the meantime is asked about, not overwritten.
    turn_all(transaction, by, &turns, &new, Some(job)).await
}

async fn go_back_to_version(transaction: &Transaction<'_>, by: By<'_>, to: ToVersion) -> Result<Outcome, EditError> {
    let ToVersion { layer, id, version, expected } = to;
    let now = edit::image_for_update(transaction, layer, id).await?;
    refuse_foreign(transaction, by, std::iter::once((layer, id))).await?;
    let is = now.as_ref().and_then(|row| row.get("version")?.as_i64()).and_then(|n| i32::try_from(n).ok());
    if expected.is_some() && expected != is {
        return Err(EditError::Stale(vec![Stale { layer, id, expected, version: is }]));
    }
    if is == Some(version) {
        return Ok((None, Vec::new()));
    }
    let then = edit::image_of_version(transaction, layer, id, version).await?.ok_or(EditError::NoSuchVersion)?;
    let message = format!("restore {layer}/{id} to version {version}");
    let (message, layers) = (Some(message.as_str()), [layer.name()]);
    let new = NewEdit { actor: by.actor, kind: "restore", undoes: None, message, layers: &layers, feature_count: 1 };
    turn_all(transaction, by, &[Turn { layer, id, from: now, to: Some(then) }], &new, None).await
}

/// Tells how far a job is; an error where somebody has cancelled it.
fn go_on(job: &Job, progress: JobProgress) -> Result<(), EditError> {
    job.tell(progress);
    if job.is_cancelled().load(Ordering::Relaxed) { Err(EditError::Cancelled) } else { Ok(()) }
}

/// Brings features from one state to another, as one edit. Each is locked, then each is written.
async fn turn_all(
    transaction: &Transaction<'_>,
    by: By<'_>,
    turns: &[Turn],
    new: &NewEdit<'_>,
    job: Option<&Job>,
) -> Result<Outcome, EditError> {
    let tell = |stage: &'static str, at: usize| match job {
        Some(job) if at.is_multiple_of(TELL_EVERY) => {
            go_on(job, JobProgress { stage, done: at as u64, total: turns.len() as u64 })
        }
        _ => Ok(()),
    };
    let mut is_there = Vec::with_capacity(turns.len());
    let mut changed = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        tell("lock", at)?;
        let now = edit::image_for_update(transaction, turn.layer, turn.id).await?;
        is_there.push(now.is_some());
        if !edit::is_same(turn.from.as_ref(), now.as_ref()) {
            changed.push((turn.layer, turn.id));
        }
    }
    refuse_foreign(transaction, by, turns.iter().map(|turn| (turn.layer, turn.id))).await?;
    if !changed.is_empty() {
        return Err(EditError::ChangedSince(changed));
    }
    let begun = edit::begin(transaction, new).await?;
    let mut written = Vec::with_capacity(turns.len());
    // What goes makes room first, for whatever must be unique.
    let order = |is_going: bool| turns.iter().zip(&is_there).filter(move |(turn, _)| turn.to.is_none() == is_going);
    for (turn, is_there) in order(true).chain(order(false)) {
        tell("write", written.len())?;
        written.push(edit::turn(transaction, turn, *is_there).await?);
    }
    refuse_given_away(transaction, by, &written).await?;
    Ok((Some(begun), written))
}

/// The names of these layers, each once.
fn names(layers: impl Iterator<Item = LayerId>) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = layers.map(LayerId::name).collect();
    names.sort_unstable();
    names.dedup();
    names
}
