//! What a client says of a file, in JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::LayerId;
use crate::http::problem::{Kind, Problem};
use crate::ingest::{OSM_LAYERS, Request};

/// How a file is to be read. Everything but the layer may be left out as long as the file itself says it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The layer that the rows become; `all` takes every layer that OpenStreetMap feeds.
    layer: String,
    /// Layer, sheet or feature class of the source, where it holds several.
    source_layer: Option<String>,
    /// Reference system of the coordinates, `EPSG:4544`.
    crs: Option<String>,
    /// `wgs84`, `cgcs2000`, `gcj02` or `bd09`.
    datum: Option<String>,
    /// The first coordinate is the northing or the latitude.
    #[serde(default)]
    is_north_first: bool,
    /// `GBK`
    encoding: Option<String>,
    /// Column of the file to field of the layer; to nothing, `""`, leaves the column out.
    #[serde(default)]
    map: BTreeMap<String, String>,
    /// Field of the layer to the value of rows that have none.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// The column that identifies a row, so that a second import updates it.
    key: Option<String>,
    /// Name of the data set; the file's name when left out.
    source: Option<String>,
    /// Split lines where another line shares a vertex.
    #[serde(default)]
    is_noded: bool,
}

/// An import that is asked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Order {
    pub upload_id: String,
    /// Do everything and keep nothing.
    #[serde(default)]
    pub is_dry_run: bool,
    pub reading: Reading,
}

impl Reading {
    /// The request for a file; `at` is the JSON pointer of this object.
    pub fn of(&self, path: PathBuf, at: &str) -> Result<Request, Problem> {
        let refuse = |member: &str, why: String| Problem::at_pointer(Kind::InvalidBody, format!("{at}/{member}"), why);
        let layers = match self.layer.as_str() {
            "all" => OSM_LAYERS.to_vec(),
            name => vec![name.parse::<LayerId>().map_err(|error| refuse("layer", error.to_string()))?],
        };
        let datum = self.datum.as_deref().map(str::parse).transpose();
        Ok(Request {
            layers,
            source_layer: self.source_layer.clone(),
            crs: self.crs.clone(),
            datum: datum.map_err(|error: crate::ingest::UnknownDatum| refuse("datum", error.to_string()))?,
            is_north_first: self.is_north_first,
            encoding: self.encoding.clone(),
            map: self.map.clone().into_iter().collect(),
            constants: self.set.clone().into_iter().collect(),
            key: self.key.clone(),
            source: self.source.clone(),
            is_noded: self.is_noded,
            ..Request::new(path, LayerId::Community)
        })
    }
}
