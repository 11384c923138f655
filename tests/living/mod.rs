//! The whole server over real sockets while its database changes, goes away and comes back.

mod bodies;
mod changes;
mod convergence;
mod events;
mod junk;
mod nodes;
mod outage;

use std::sync::Arc;

use pianqu::app::{City, refresh};
use pianqu::domain::Viewer;
use pianqu::geodesy::tile_grid::to_world;
use pianqu::http::{AppState, Settings, router};
use pianqu::store::Store;

/// A server on a free port that follows a database.
pub struct Server {
    pub url: String,
    client: reqwest::Client,
}

impl Server {
    pub async fn start(store: &Store) -> Self {
        let (snapshot, position) = refresh::load(store).await.unwrap();
        let city = Arc::new(City::new(snapshot));
        tokio::spawn(refresh::follow(city.clone(), store.clone(), position));
        let settings = Settings { anonymous_viewer: Viewer::Everything, ..Settings::default() };
        let router = router(AppState::new(city.clone(), settings));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, client: reqwest::Client::new() }
    }

    /// Status, ETag and body of an answer.
    pub async fn get(&self, path: &str) -> (u16, String, Vec<u8>) {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap();
        let status = answer.status().as_u16();
        let etag = answer.headers().get("etag").map_or("", |tag| tag.to_str().unwrap()).to_owned();
        (status, etag, answer.bytes().await.unwrap().to_vec())
    }
}

/// The path of the tile of a layer at a place.
pub fn tile_path(layers: &str, zoom: u32, lon: f64, lat: f64) -> String {
    let at = to_world(lon, lat);
    format!("/tiles/{layers}/{zoom}/{}/{}.mvt", at.x >> (32 - zoom), at.y >> (32 - zoom))
}

pub fn insert_gate(name: &str, lon: f64, lat: f64) -> String {
    format!("insert into gate (name, geom) values ('{name}', st_setsrid(st_point({lon}, {lat}), 4490))")
}
