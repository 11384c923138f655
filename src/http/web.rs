//! The map application, which the program carries inside.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use rust_embed::{Embed, EmbeddedFile};

use super::AppState;
use super::problem::{Kind, Problem};
use super::representation::{Encoding, Representation, Wishes};

#[derive(Embed)]
#[folder = "web/dist"]
struct Dist;

/// The hash of a file with its encoded bytes.
type Encoded = ([u8; 32], Bytes);

/// Files in the encodings that were asked for, made once and well.
#[derive(Default)]
pub struct WebCache {
    encoded: Mutex<HashMap<(String, Encoding), Encoded>>,
}

/// Whatever no route takes: a file of the application, or the application itself, which reads the
/// rest of the address. Below the program's own paths it is a problem.
pub async fn show_application(
    State(state): State<AppState>,
    method: Method,
    uri: Uri,
    wishes: Wishes,
) -> Result<Response, Problem> {
    const OURS: [&str; 4] = ["api", "basemaps", "tiles", "problems"];
    let path = uri.path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    let nothing = || Problem::new(Kind::UnknownPage, format!("There is nothing at {}.", uri.path()));
    if OURS.contains(&first) {
        // Some clients end every address with a slash.
        let bare = path.trim_end_matches('/');
        if bare.len() == path.len() {
            return Err(nothing());
        }
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        return Ok(Redirect::permanent(&format!("/{bare}{query}")).into_response());
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Problem::new(Kind::MethodNotAllowed, format!("This address does not take {method}.")));
    }
    if let Some(file) = Dist::get(path).filter(|_| !path.is_empty()) {
        return Ok(answer(state.web.clone(), path.to_owned(), file, wishes).await);
    }
    // A missing script must not be answered with a page.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Err(nothing());
    }
    match Dist::get("index.html") {
        Some(index) => Ok(answer(state.web.clone(), "index.html".to_owned(), index, wishes).await),
        None => Ok((StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response()),
    }
}

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>片区 Pianqu</title>\
    <p>地图界面尚未构建：请运行 <code>make up</code>。接口在 <a href=\"/api\">/api</a>。</p>\
    <p lang=\"en\">This program was built without the map application: run <code>make up</code>. \
    The API is at <a href=\"/api\">/api</a>.</p></html>\n";

async fn answer(cache: Arc<WebCache>, path: String, file: EmbeddedFile, wishes: Wishes) -> Response {
    // Well compressed the first time, which takes a moment; afterwards it is a look-up.
    let answered = tokio::task::spawn_blocking(move || {
        let media_type = media_type(&path, &file);
        // A name with a hash of its content never means anything else.
        let cache_control =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        let hash = file.metadata.sha256_hash();
        let stem: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let mut representation = Representation::typed(&media_type, Bytes::from(file.data.into_owned()))
            .cache_control(cache_control)
            .vary("Accept-Encoding")
            .stem(stem);
        if !is_compressible(&media_type) {
            representation = representation.incompressible();
        }
        representation.answer_encoded_by(&wishes, |encoding, body| cache.encoded(&path, encoding, hash, body))
    });
    answered.await.unwrap_or_else(|error| Problem::internal(error).into_response())
}

fn media_type(path: &str, file: &EmbeddedFile) -> String {
    let guessed = file.metadata.mimetype();
    if path.ends_with(".webmanifest") {
        "application/manifest+json".to_owned()
    } else if guessed.starts_with("text/") && !guessed.contains("charset") {
        format!("{guessed}; charset=utf-8")
    } else {
        guessed.to_owned()
    }
}

fn is_compressible(media_type: &str) -> bool {
    const TEXTS: [&str; 5] =
        ["text/", "application/javascript", "application/json", "application/manifest", "image/svg"];
    TEXTS.iter().any(|start| media_type.starts_with(start)) || media_type == "application/wasm"
}

impl WebCache {
    fn encoded(&self, path: &str, encoding: Encoding, hash: [u8; 32], body: &Bytes) -> Bytes {
        let key = (path.to_owned(), encoding);
        let kept = self.encoded.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((_, bytes)) = kept.filter(|(of, _)| *of == hash) {
            return bytes;
        }
        let bytes = encoding.encode_well(body);
        self.encoded.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (hash, bytes.clone()));
        bytes
    }
}
