//! Editing schemes: one transaction an edit, with its step in the history, seen by this node when the answer goes
//! out.
//!
//! Edits of one scheme are written one after the other, each upon what the last one left. An edit says which
//! versions of which precincts it has seen; it is refused when one that it truly touches is another one by now,
//! and goes through when somebody worked elsewhere in the scheme meanwhile.

mod image;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::City;
use crate::analysis::partition::Id;
use crate::analysis::scheme::{About, Applied, Edit, How, Member, Scheme, Wrong};
use crate::domain::scheme::{MemberRule, SchemeState, ShareOf};
use crate::store::scheme::{self, MemberRow, NewStep, Put, SchemeRow, StepRow, Whole};
use crate::store::{Store, StoreError};
use image::Images;

/// How often an edit is tried when PostgreSQL gives the transaction up for another's sake.
const TRIES: usize = 4;
/// How long an answer waits for this node to see what it wrote.
const PATIENCE: Duration = Duration::from_secs(5);

/// A scheme as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub row: SchemeRow,
    pub state: SchemeState,
    pub scheme: Scheme,
    /// How often each precinct was truly touched.
    pub versions: BTreeMap<Id, i32>,
    pub last_step: i64,
}

/// What was done.
#[derive(Debug, Clone)]
pub struct Done {
    pub stored: Stored,
    /// `None` where nothing was to be done.
    pub step: Option<i64>,
    /// Precincts that were touched and are there; their versions stand in `stored`.
    pub touched: BTreeSet<Id>,
    pub removed: BTreeSet<Id>,
}

/// A precinct that is not as its editor believes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    pub precinct: Id,
    pub expected: i32,
    /// `None`: it is gone.
    pub version: Option<i32>,
}

#[derive(Debug, thiserror::Error)]
pub enum SchemeError {
    #[error("there is no such scheme")]
    NoSuchScheme,
    #[error("there is no such step")]
    NoSuchStep,
    #[error("another scheme has this name")]
    NameTaken,
    #[error("the scheme is {} and can no longer be changed", .0.code())]
    Closed(SchemeState),
    #[error("a scheme that is {} does not become {}", .from.code(), .to.code())]
    NoSuchWay { from: SchemeState, to: SchemeState },
    #[error("an edit must say which version of precinct {0} it has seen")]
    NoVersion(Id),
    #[error("{} precincts have changed meanwhile", .stale.len())]
    Stale { stale: Vec<Stale>, now: Box<Stored> },
    #[error("the scheme has changed meanwhile")]
    SchemeStale(Box<Stored>),
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<tokio_postgres::Error> for SchemeError {
    fn from(error: tokio_postgres::Error) -> Self {
        SchemeError::Store(error.into())
    }
}

/// What is to be done to a scheme.
pub enum Task<'a> {
    /// Any number of edits, all or none, with the versions of precincts that their author has seen.
    Edits {
        edits: &'a [Edit],
        versions: &'a BTreeMap<Id, i32>,
        message: Option<&'a str>,
    },
    /// Back to how it was after a step (0: before the first); `seen` is the last step that the author knows of.
    BackTo {
        step: i64,
        seen: i64,
    },
    /// Name, note and rule; with the version of the scheme.
    Describe {
        name: &'a str,
        note: Option<&'a str>,
        rule: MemberRule,
        version: i32,
    },
    State {
        to: SchemeState,
        version: i32,
    },
}

/// What begins a scheme.
#[derive(Debug, Clone)]
pub struct NewScheme {
    pub name: String,
    pub note: Option<String>,
    pub origin: Option<Json>,
    /// Its precincts have negative numbers.
    pub scheme: Scheme,
}

/// Keeps schemes.
#[derive(Clone)]
pub struct Schemes {
    store: Store,
    city: Arc<City>,
}

impl Stored {
    fn of(whole: Whole) -> Result<Self, StoreError> {
        let id = whole.scheme.scheme_id;
        let refuse = |why: &str| StoreError::Row { table: "scheme", id, why: why.to_owned() };
        let state = SchemeState::from_code(&whole.scheme.state).ok_or_else(|| refuse("its state"))?;
        let share_of = ShareOf::from_code(&whole.scheme.member_rule).ok_or_else(|| refuse("its rule"))?;
        let mut scheme =
            Scheme { rule: MemberRule { share_of, threshold: whole.scheme.member_threshold }, ..Scheme::default() };
        let mut versions = BTreeMap::new();
        let mut regions = BTreeMap::new();
        for row in whole.precincts {
            let (region, about) = image::of_row(&row);
            versions.insert(row.precinct_id, row.version);
            scheme.about.insert(row.precinct_id, about);
            regions.insert(row.precinct_id, region);
        }
        scheme.outlines = crate::analysis::partition::Partition::new(regions);
        for MemberRow { community_id, precinct_id, how } in whole.members {
            let how = How::from_code(&how).ok_or_else(|| refuse("how a member came to be one"))?;
            scheme.members.insert(community_id, Member { precinct: precinct_id, how });
        }
        Ok(Self { row: whole.scheme, state, scheme, versions, last_step: whole.last_step })
    }
}

impl Schemes {
    pub fn new(store: Store, city: Arc<City>) -> Self {
        Self { store, city }
    }

    pub async fn list(&self) -> Result<Vec<SchemeRow>, SchemeError> {
        Ok(scheme::list(&self.store).await?)
    }

    pub async fn find(&self, scheme_id: i64) -> Result<Stored, SchemeError> {
        let whole = scheme::find(&self.store, scheme_id).await?.ok_or(SchemeError::NoSuchScheme)?;
        Ok(Stored::of(whole)?)
    }

    /// Steps, the newest first; of a deleted scheme too.
    pub async fn steps(&self, scheme_id: i64, before: Option<i64>, at_most: i64) -> Result<Vec<StepRow>, SchemeError> {
        let steps = scheme::steps(&self.store, scheme_id, before, at_most).await?;
        if steps.is_empty() && before.is_none() { Err(SchemeError::NoSuchScheme) } else { Ok(steps) }
    }

    /// Makes a scheme with all that is in it.
    pub async fn create(&self, actor: &str, new: &NewScheme) -> Result<Done, SchemeError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        scheme::begin(&transaction, actor).await?;
        let rule = (new.scheme.rule.share_of.code(), new.scheme.rule.threshold);
        let name = (new.name.as_str(), new.note.as_deref());
        let row = scheme::create(&transaction, name, rule, new.origin.as_ref()).await.map_err(name_taken)?;
        let (id, empty) = (row.scheme_id, Scheme { rule: new.scheme.rule, ..Scheme::default() });
        let touched: BTreeSet<Id> = new.scheme.about.keys().copied().collect();
        let written = write(&transaction, id, &empty, &new.scheme, &touched).await?;
        let changes = written.images.to_json(Some((&Json::Null, &row_json(&row))));
        let step = NewStep { kind: "create", message: None, back_to: None, changes: &changes };
        let (step, xid) = scheme::write_step(&transaction, id, &step).await?;
        transaction.commit().await?;
        self.done(id, step, xid, written).await
    }

    /// Does something to a scheme, all of it or nothing.
    pub async fn perform(&self, actor: &str, scheme_id: i64, task: &Task<'_>) -> Result<Done, SchemeError> {
        let mut tries = 1;
        loop {
            match self.attempt(actor, scheme_id, task).await {
                Err(SchemeError::Store(error)) if error.is_worth_another_try() && tries < TRIES => tries += 1,
                ended => return ended,
            }
        }
    }

    async fn attempt(&self, actor: &str, scheme_id: i64, task: &Task<'_>) -> Result<Done, SchemeError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        scheme::begin(&transaction, actor).await?;
        let whole = scheme::find_for_update(&transaction, scheme_id).await?.ok_or(SchemeError::NoSuchScheme)?;
        let stored = Stored::of(whole)?;
        if !stored.state.is_open() && !matches!(task, Task::State { .. }) {
            return Err(SchemeError::Closed(stored.state));
        }
        let (kind, message, back_to, written, rows) = match task {
            Task::Edits { edits, versions, message } => {
                let Applied { scheme: next, touched } = self.apply(&stored, edits, versions)?;
                let written = write(&transaction, scheme_id, &stored.scheme, &next, &touched).await?;
                let kind = if let [one] = edits { one.kind() } else { "edits" };
                (kind, *message, None, written, None)
            }
            Task::BackTo { step, seen } => {
                if *seen != stored.last_step {
                    return Err(SchemeError::SchemeStale(Box::new(stored)));
                }
                if *step < 0 || *step > stored.last_step {
                    return Err(SchemeError::NoSuchStep);
                }
                let changes = scheme::changes_after(&transaction, scheme_id, *step).await?;
                let (next, touched) = Images::of_steps(&changes)?.undo(&stored.scheme);
                let written = write(&transaction, scheme_id, &stored.scheme, &next, &touched).await?;
                ("undo", None, Some(*step), written, None)
            }
            Task::Describe { name, note, rule, version } => {
                check_version(&stored, *version)?;
                let mut row = stored.row.clone();
                (row.name, row.note) = ((*name).to_owned(), note.map(str::to_owned));
                (row.member_rule, row.member_threshold) = (rule.share_of.code().to_owned(), rule.threshold);
                scheme::update(&transaction, &row).await.map_err(name_taken)?;
                ("rename", None, None, Written::default(), Some(row))
            }
            Task::State { to, version } => {
                check_version(&stored, *version)?;
                if !stored.state.next().contains(to) {
                    return Err(SchemeError::NoSuchWay { from: stored.state, to: *to });
                }
                if *to == SchemeState::Adopted
                    && let Some(other) = scheme::supersede_adopted(&transaction, scheme_id).await?
                {
                    let states =
                        json!({ "scheme": { "before": { "state": "adopted" }, "after": { "state": "superseded" } } });
                    let step = NewStep { kind: "state", message: None, back_to: None, changes: &states };
                    scheme::write_step(&transaction, other, &step).await?;
                }
                let row = SchemeRow { state: to.code().to_owned(), ..stored.row.clone() };
                scheme::update(&transaction, &row).await?;
                ("state", None, None, Written::default(), Some(row))
            }
        };
        let rows = rows.map(|row| (row_json(&stored.row), row_json(&row)));
        let changes = written.images.to_json(rows.as_ref().map(|(before, after)| (before, after)));
        let step = NewStep { kind, message, back_to, changes: &changes };
        let (step, xid) = scheme::write_step(&transaction, scheme_id, &step).await?;
        transaction.commit().await?;
        self.done(scheme_id, step, xid, written).await
    }

    /// The edits one after the other, if every precinct that they touch is as their author has seen it.
    fn apply(&self, stored: &Stored, edits: &[Edit], versions: &BTreeMap<Id, i32>) -> Result<Applied, SchemeError> {
        let snapshot = self.city.snapshot();
        let mut all = Applied { scheme: stored.scheme.clone(), touched: BTreeSet::new() };
        let named: BTreeSet<Id> = edits.iter().flat_map(Edit::names).filter(|id| *id > 0).collect();
        // What is named and gone is a conflict before it is a mistake.
        refuse_stale(stored, versions, named.iter())?;
        if let Some(unseen) = named.iter().find(|id| !versions.contains_key(id) && stored.versions.contains_key(id)) {
            return Err(SchemeError::NoVersion(*unseen));
        }
        for edit in edits {
            let applied = all.scheme.apply(edit, &snapshot)?;
            all.scheme = applied.scheme;
            all.touched.extend(applied.touched);
        }
        refuse_stale(stored, versions, all.touched.iter())?;
        Ok(all)
    }

    /// What edits would make, without writing anything.
    pub fn rehearse(&self, stored: &Stored, edits: &[Edit]) -> Result<Applied, SchemeError> {
        let versions = stored.versions.clone();
        self.apply(stored, edits, &versions)
    }

    /// Deletes a draft; its history stays.
    pub async fn delete(&self, actor: &str, scheme_id: i64, version: i32) -> Result<(), SchemeError> {
        let mut client = self.store.connect_raw().await?;
        let transaction = client.transaction().await?;
        scheme::begin(&transaction, actor).await?;
        let whole = scheme::find_for_update(&transaction, scheme_id).await?.ok_or(SchemeError::NoSuchScheme)?;
        let stored = Stored::of(whole)?;
        check_version(&stored, version)?;
        if stored.state != SchemeState::Draft {
            return Err(SchemeError::Closed(stored.state));
        }
        let nothing = Scheme::default();
        let images = Images::between(&stored.scheme, &nothing, &BTreeMap::new());
        let changes = images.to_json(Some((&row_json(&stored.row), &Json::Null)));
        let step = NewStep { kind: "delete", message: None, back_to: None, changes: &changes };
        let (_, xid) = scheme::write_step(&transaction, scheme_id, &step).await?;
        scheme::delete(&transaction, scheme_id).await?;
        transaction.commit().await?;
        self.see(xid).await;
        Ok(())
    }

    async fn done(&self, scheme_id: i64, step: i64, xid: u64, written: Written) -> Result<Done, SchemeError> {
        self.see(xid).await;
        let stored = self.find(scheme_id).await?;
        Ok(Done { stored, step: Some(step), touched: written.touched, removed: written.removed })
    }

    /// Waits until this node's snapshot shows what was written, so that whoever wrote it sees it on the map.
    async fn see(&self, xid: u64) {
        if tokio::time::timeout(PATIENCE, self.city.shows(xid)).await.is_err() {
            tracing::warn!("an edit of a scheme was committed and is not yet in this node's revision");
        }
    }
}

fn refuse_stale<'a>(
    stored: &Stored,
    versions: &BTreeMap<Id, i32>,
    touched: impl Iterator<Item = &'a Id>,
) -> Result<(), SchemeError> {
    let stale: Vec<Stale> = touched
        .filter_map(|id| {
            let (expected, version) = (*versions.get(id)?, stored.versions.get(id).copied());
            (version != Some(expected)).then_some(Stale { precinct: *id, expected, version })
        })
        .collect();
    if stale.is_empty() { Ok(()) } else { Err(SchemeError::Stale { stale, now: Box::new(stored.clone()) }) }
}

fn check_version(stored: &Stored, version: i32) -> Result<(), SchemeError> {
    if stored.row.version == version { Ok(()) } else { Err(SchemeError::SchemeStale(Box::new(stored.clone()))) }
}

fn name_taken(error: StoreError) -> SchemeError {
    if error.is_about_the_data() { SchemeError::NameTaken } else { SchemeError::Store(error) }
}

fn row_json(row: &SchemeRow) -> Json {
    json!({ "name": row.name, "note": row.note, "state": row.state, "member_rule": row.member_rule,
        "member_threshold": row.member_threshold })
}

/// What a write did.
#[derive(Default)]
struct Written {
    touched: BTreeSet<Id>,
    removed: BTreeSet<Id>,
    images: Images,
}

/// Writes what differs between two states of a scheme. New precincts get their numbers here.
async fn write(
    transaction: &tokio_postgres::Transaction<'_>,
    scheme_id: i64,
    before: &Scheme,
    after: &Scheme,
    touched: &BTreeSet<Id>,
) -> Result<Written, SchemeError> {
    let mut numbers: BTreeMap<Id, Id> = BTreeMap::new();
    let mut written = Written::default();
    for (id, about) in &after.about {
        let Some(region) = after.outlines.get(*id) else { continue };
        let put = match before.about.get(id) {
            Some(was) if was == about && before.outlines.get(*id) == Some(region) => None,
            Some(_) => Some(Put::Update),
            None if *id < 0 => Some(Put::New),
            None => Some(Put::Revive),
        };
        let number = match put {
            Some(put) => scheme::put_precinct(transaction, scheme_id, &image::to_row(*id, region, about), put).await?,
            None => *id,
        };
        numbers.insert(*id, number);
        if touched.contains(id) {
            scheme::touch(transaction, scheme_id, number).await?;
            written.touched.insert(number);
        }
    }
    for (community, member) in &after.members {
        if before.members.get(community) == Some(member) {
            continue;
        }
        let precinct_id = member.precinct.map(|id| numbers.get(&id).copied().unwrap_or(id));
        let row = MemberRow { community_id: *community, precinct_id, how: member.how.code().to_owned() };
        scheme::put_member(transaction, scheme_id, *community, Some(&row)).await?;
    }
    for community in before.members.keys().filter(|id| !after.members.contains_key(id)) {
        scheme::put_member(transaction, scheme_id, *community, None).await?;
    }
    for gone in before.about.keys().filter(|id| !after.about.contains_key(id)) {
        scheme::delete_precinct(transaction, *gone).await?;
        scheme::touch(transaction, scheme_id, *gone).await?;
        written.removed.insert(*gone);
    }
    written.images = Images::between(before, after, &numbers);
    Ok(written)
}

/// A name for a precinct that nobody named.
pub fn unnamed(n: usize) -> About {
    About { name: format!("片区{n}"), ..About::default() }
}
