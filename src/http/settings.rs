//! What the administrator decides about answers over HTTP, with sane defaults.

use std::time::Duration;

use serde::Deserialize;

use crate::config::basemap::Basemap;
use crate::domain::Viewer;

#[derive(Debug, Clone)]
pub struct Settings {
    /// What is shown to a request without a token.
    pub anonymous_viewer: Viewer,
    /// The token that shows everything; `None`: there is no such token.
    pub admin_token: Option<String>,
    /// `https://pianqu.example.cn` in links, for a server behind a proxy. Otherwise the Host
    /// header is taken.
    pub public_url: Option<String>,
    /// Origins whose pages may read what is public; `*` is any.
    pub allowed_origins: Vec<String>,
    pub city: CityProfile,
    /// Features on a page that does not say how many.
    pub default_page: usize,
    /// Features on a page at most; a larger `limit` is taken as this.
    pub max_page: usize,
    pub max_body_bytes: usize,
    pub max_url_bytes: usize,
    /// Vertices of a geometry that is written.
    pub max_geometry_vertices: usize,
    /// Features that one edit changes at most.
    pub max_changes: usize,
    /// Bytes of files that are sent to be imported.
    pub max_upload_bytes: u64,
    pub max_request_time: Duration,
    /// An analysis that takes longer becomes a job.
    pub analysis_at_once: Duration,
    pub max_requests_under_way: usize,
    /// Event streams that are open at a time.
    pub max_followers: usize,
    /// How long somebody stays logged in.
    pub session_length: Duration,
    /// Bytes of memory for encoded tiles.
    pub tile_cache_bytes: u64,
    /// Vertices of an area that statistics are asked for.
    pub max_area_vertices: usize,
    /// Sources and licences of the data, in the administrator's words.
    pub data_credit: Option<String>,
    /// Letters and digits; `None`: 天地图 is not offered.
    pub tianditu_key: Option<String>,
    pub basemaps: Vec<Basemap>,
    /// Who may use basemaps, and so sees the key.
    pub basemaps_for: Viewer,
}

/// Which city this is and where the map opens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CityProfile {
    pub name_zh: String,
    pub name_en: String,
    /// Longitude and latitude in degrees.
    pub center: [f64; 2],
    pub zoom: f64,
    /// True: everything shown is invented.
    #[serde(default)]
    pub is_sample: bool,
}

impl Default for CityProfile {
    fn default() -> Self {
        Self {
            name_zh: "资阳".to_owned(),
            name_en: "Ziyang".to_owned(),
            center: [104.65, 30.12],
            zoom: 13.0,
            is_sample: false,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            anonymous_viewer: Viewer::Public,
            admin_token: None,
            public_url: None,
            allowed_origins: Vec::new(),
            city: CityProfile::default(),
            default_page: 100,
            max_page: 10_000,
            max_body_bytes: 4 << 20,
            max_url_bytes: 8 << 10,
            max_geometry_vertices: 100_000,
            max_changes: 10_000,
            max_upload_bytes: 512 << 20,
            max_request_time: Duration::from_secs(30),
            analysis_at_once: Duration::from_secs(2),
            max_requests_under_way: 512,
            max_followers: 1000,
            session_length: Duration::from_secs(12 * 60 * 60),
            tile_cache_bytes: 256 << 20,
            max_area_vertices: 20_000,
            data_credit: None,
            tianditu_key: None,
            basemaps: Vec::new(),
            basemaps_for: Viewer::Everything,
        }
    }
}

impl Settings {
    /// Compares in a time that does not depend on where the tokens differ.
    pub fn is_admin_token(&self, given: &str) -> bool {
        let Some(expected) = self.admin_token.as_deref().filter(|token| !token.is_empty()) else { return false };
        let differences = expected.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        expected.len() == given.len() && differences == 0
    }
}
