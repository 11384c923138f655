//! An id for each request, in its answer, in a problem and in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, HeaderName};
use xxhash_rust::xxh3::xxh3_64;

pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_CHARS: usize = 64;

tokio::task_local! {
    static CURRENT: String;
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Runs `work` with `id` as the id of the request.
pub async fn scope<T>(id: String, work: impl Future<Output = T>) -> T {
    CURRENT.scope(id, work).await
}

/// The id of the request that is being answered, `None` outside of one.
pub fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// The id that the client or a proxy before us gave, where it is harmless, or a new one.
pub fn of(headers: &HeaderMap) -> String {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
    let is_harmless = |id: &&str| {
        !id.is_empty() && id.len() <= MAX_CHARS && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    given.filter(is_harmless).map_or_else(fresh, str::to_owned)
}

pub fn fresh() -> String {
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mut seed = [0u8; 28];
    seed[..16].copy_from_slice(&now.to_le_bytes());
    seed[16..24].copy_from_slice(&number.to_le_bytes());
    seed[24..].copy_from_slice(&std::process::id().to_le_bytes());
    format!("{:016x}", xxh3_64(&seed))
}
