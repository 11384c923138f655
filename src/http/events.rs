//! Server-sent events: what each new revision touched, and whether PostgreSQL is there.
//!
//! A stream remembers the last revision that it told and reads on from there whenever there is news.
//! So nothing queues up for a follower that reads slowly, and one that comes back with
//! `Last-Event-ID` is told all it missed, by whichever node it comes to.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use geo::Rect;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use utoipa::ToSchema;

use super::AppState;
use super::caller::Caller;
use super::layers::corners;
use super::parameters::Parameters;
use super::problem::{Kind, Problem, ProblemBody};
use crate::app::{City, Revised, Touched};
use crate::domain::{LayerId, Viewer};
use crate::geodesy::tile_grid::Tile;
use crate::tiles::{BUFFER, EXTENT};

/// The zoom that touched tiles are told at.
const TILE_ZOOM: u8 = 14;
/// More boxes of one layer are told as one box around them all, more tiles not at all.
const MOST_BOXES: usize = 200;
const MOST_TILES: usize = 400;
/// Proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is looked whether an account that follows still may.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How soon a browser comes back after a lost connection.
const COME_BACK: Duration = Duration::from_secs(1);

/// Who follows now; each holds a connection.
#[derive(Clone)]
pub struct Followers(Arc<Semaphore>);

impl Followers {
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most)))
    }

    fn admit(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.0
            .clone()
            .try_acquire_owned()
            .map_err(|_| Problem::too_busy("As many followers as this server takes are here already.", 10))
    }
}

/// What a revision touched: the `data` of an event `revision`.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionEvent {
    revision: u64,
    layers: Vec<TouchedLayer>,
    tiles: Option<TouchedTiles>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedLayer {
    #[schema(example = "gate")]
    layer: &'static str,
    /// Everything in the layer may have changed; there are no boxes then.
    is_whole: bool,
    /// West, south, east, north in degrees of what changed, before and after.
    boxes: Vec<[f64; 4]>,
}

/// Tiles of one zoom; those above and below them are touched as well.
#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedTiles {
    zoom: u8,
    /// Column and row.
    xy: Vec<[u32; 2]>,
}

/// The `data` of an event `database`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatabaseEvent {
    /// False: the map goes on from the last revision, and nothing can be written.
    is_up: bool,
}

/// Follows the city: an event stream (text/event-stream).
///
/// - `revision`: layers, boxes and tiles that a revision touched; its `id` is the revision. The first one
///   touches nothing and says where the city stands.
/// - `reset`: too much was missed to tell; everything is to be asked for anew. Its `id` is the revision.
/// - `database`: PostgreSQL went away or came back.
///
/// `Last-Event-ID` (browsers send it by themselves) or `since` goes on after a revision. A line of comment
/// comes every 15 s.
#[utoipa::path(get, path = "/api/events", tag = "events",
    params(("since" = Option<u64>, Query, description = "Go on after this revision"),
           ("Last-Event-ID" = Option<u64>, Header, description = "Go on after this revision; it outweighs `since`")),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream"),
              (status = 400, description = "`since` is no revision", body = ProblemBody, content_type = "application/problem+json"),
              (status = 503, description = "Too many follow already", body = ProblemBody, content_type = "application/problem+json")))]
pub async fn follow(
    State(state): State<AppState>,
    viewer: Viewer,
    caller: Caller,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let since = parameters.take_integer("since", 0, i64::MAX)?.map(|n| n as u64);
    parameters.finish()?;
    let since = last_event_id(&headers)?.or(since);
    let permit = state.followers.admit()?;
    let follower = Follower::new(state.city.clone(), viewer, since, permit);
    let follower = Follower { pass: caller.person.is_some().then(|| (state.clone(), caller)), ..follower };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(event), follower))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // A proxy that gathers answers before it passes them on would hold every event back.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(([unbuffered], sse).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some).ok_or_else(|| Problem::new(Kind::InvalidParameter, "Last-Event-ID is not a revision of this city."))
}

struct Follower {
    city: Arc<City>,
    viewer: Viewer,
    news: watch::Receiver<u64>,
    /// The last revision that was told, or passed over because this viewer sees nothing of it.
    told: u64,
    was_up: bool,
    waiting: VecDeque<Event>,
    /// By what an account follows; the stream ends with it.
    pass: Option<(AppState, Caller)>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    fn new(city: Arc<City>, viewer: Viewer, since: Option<u64>, place: OwnedSemaphorePermit) -> Self {
        let news = city.news();
        let now = city.snapshot().revision;
        let (told, is_known) = match since {
            Some(revision) => (revision, city.since(revision).is_some()),
            None => (now, true),
        };
        let mut follower =
            Self { city, viewer, news, told, was_up: true, waiting: VecDeque::new(), pass: None, _place: place };
        let first = match is_known {
            true => event("revision", Some(told), &RevisionEvent { revision: told, layers: Vec::new(), tiles: None }),
            false => follower.reset(now),
        };
        follower.waiting.push_back(first.retry(COME_BACK));
        follower.catch_up();
        follower
    }

    /// The next event; `None` when the city is gone, or the right to hear of it.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((state, caller)) = &self.pass
                && !caller.still_holds(state).await
            {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            let has_pass = self.pass.is_some();
            tokio::select! {
                changed = self.news.changed() => changed.ok()?,
                () = tokio::time::sleep(LOOK_EVERY), if has_pass => continue,
            }
            self.catch_up();
        }
    }

    fn catch_up(&mut self) {
        self.news.mark_unchanged();
        let is_up = self.city.is_database_up();
        if is_up != self.was_up {
            self.was_up = is_up;
            self.waiting.push_back(event("database", None, &DatabaseEvent { is_up }));
        }
        match self.city.since(self.told) {
            Some(steps) => {
                for step in steps {
                    self.told = step.revision;
                    self.waiting.extend(tell(&step, self.viewer));
                }
            }
            None => {
                let reset = self.reset(self.city.snapshot().revision);
                self.waiting.push_back(reset);
            }
        }
    }

    fn reset(&mut self, revision: u64) -> Event {
        self.told = revision;
        event("reset", Some(revision), &RevisionEvent { revision, layers: Vec::new(), tiles: None })
    }
}

fn event(name: &str, id: Option<u64>, data: &impl Serialize) -> Event {
    let data = serde_json::to_string(data).expect("events are plain data");
    let event = Event::default().event(name).data(data);
    match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    }
}

/// The event of a step; `None` when it touched nothing that this viewer may see.
fn tell(step: &Revised, viewer: Viewer) -> Option<Event> {
    let seen: Vec<Touched> = step.touched.iter().filter_map(|touched| touched.for_viewer(viewer)).collect();
    if seen.is_empty() {
        return None;
    }
    let layers = seen.iter().map(summarise).collect();
    let told = RevisionEvent { revision: step.revision, layers, tiles: tiles_of(&seen) };
    Some(event("revision", Some(step.revision), &told))
}

fn summarise(touched: &Touched) -> TouchedLayer {
    let layer: LayerId = touched.layer;
    let boxes: Vec<[f64; 4]> = if touched.boxes.len() > MOST_BOXES {
        around(&touched.boxes).iter().map(|rect| corners(*rect)).collect()
    } else {
        touched.boxes.iter().map(|rect| corners(*rect)).collect()
    };
    TouchedLayer { layer: layer.describe().name, is_whole: touched.boxes.is_empty(), boxes }
}

fn around(boxes: &[Rect<f64>]) -> Option<Rect<f64>> {
    boxes.iter().copied().reduce(|a, b| {
        let (west, south) = (a.min().x.min(b.min().x), a.min().y.min(b.min().y));
        let (east, north) = (a.max().x.max(b.max().x), a.max().y.max(b.max().y));
        Rect::new((west, south), (east, north))
    })
}

/// The tiles that show one of the boxes, margins included; `None` when they are too many to tell.
fn tiles_of(touched: &[Touched]) -> Option<TouchedTiles> {
    let mut xy = BTreeSet::new();
    for touched in touched {
        if touched.boxes.is_empty() {
            return None;
        }
        for rect in &touched.boxes {
            let margin = f64::from(BUFFER) / f64::from(EXTENT);
            for tile in Tile::showing(*rect, TILE_ZOOM, margin).take(MOST_TILES + 1) {
                xy.insert([tile.x(), tile.y()]);
            }
            if xy.len() > MOST_TILES {
                return None;
            }
        }
    }
    Some(TouchedTiles { zoom: TILE_ZOOM, xy: xy.into_iter().collect() })
}
