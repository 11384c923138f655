//! Fills an empty database with a folder of layers, one file each, as `pianqu sample` writes them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::import::{ImportFailed, ImportJob, import};
use crate::domain::LayerId;
use crate::ingest::{Datum, Request};
use crate::store::city::{CityRow, find_city, update_city};
use crate::store::import_sources::list_import_sources;
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum SampleDataError {
    #[error("{file}: {why}")]
    File { file: String, why: String },
    #[error("{layer}: {cause}")]
    Import { layer: LayerId, cause: ImportFailed },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// `city.json` beside the layers.
#[derive(Deserialize)]
struct CityFile {
    name_zh: String,
    name_en: String,
    /// Longitude and latitude in degrees.
    center: [f64; 2],
    zoom: f64,
    is_sample: bool,
}

/// Loads the layers of `folder` that this database has never had, if it is empty or was begun to be
/// filled so; returns how many features were loaded. A load that was cut short goes on where it
/// stopped; a layer that a user took back stays away.
pub async fn load(store: &Store, folder: &Path, is_empty: bool) -> Result<u64, SampleDataError> {
    let mut city = find_city(store).await?;
    if !is_empty && !city.is_sample {
        return Ok(0);
    }
    let described: CityFile = read_json(&folder.join("city.json"))?;
    if !city.is_sample {
        // First, so that a load that is cut short is known for what it is.
        city = CityRow {
            name_zh: described.name_zh,
            name_en: described.name_en,
            center_lon: described.center[0],
            center_lat: described.center[1],
            zoom: described.zoom,
            is_sample: described.is_sample,
        };
        update_city(store, &city).await?;
    }
    let known = list_import_sources(store).await?;
    let mut loaded = 0;
    for layer in LayerId::ALL {
        let file = folder.join(format!("{layer}.geojson"));
        let source = format!("sample-data/{layer}");
        if !file.exists() || known.contains(&source) {
            continue;
        }
        loaded += load_layer(store, layer, &file, source).await?;
    }
    Ok(loaded)
}

async fn load_layer(store: &Store, layer: LayerId, file: &Path, source: String) -> Result<u64, SampleDataError> {
    let mut request = Request::new(file, layer);
    request.source = Some(source);
    request.datum = Some(Datum::Cgcs2000);
    let job =
        ImportJob { request, actor: "sample".to_owned(), viewer: crate::domain::Viewer::Everything, is_dry_run: false };
    let imported = import(store, job, Arc::new(|_| ()), Arc::new(AtomicBool::new(false)))
        .await
        .map_err(|cause| SampleDataError::Import { layer, cause })?;
    let counts = imported.report.counts;
    tracing::info!(%layer, features = counts.inserted, refused = counts.refused, "sample data");
    Ok(counts.inserted)
}

fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, SampleDataError> {
    let refuse = |why: String| SampleDataError::File { file: path.display().to_string(), why };
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))
}
