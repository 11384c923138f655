//! Real files as a snapshot, without a database.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use chrono::DateTime;
use geozero::ToGeo;
use pianqu::domain::LayerId;
use pianqu::geodesy::GaussKruger;
use pianqu::ingest::{self, OSM_LAYERS, Record, Report, Request, Watch};
use pianqu::snapshot::walk::WalkSettings;
use pianqu::snapshot::{Item, Layer, Shape, Snapshot};

/// The layers of an OpenStreetMap extract.
pub fn openstreetmap(path: PathBuf) -> Snapshot {
    snapshot(&[Request { layers: OSM_LAYERS.to_vec(), ..Request::new(path, LayerId::Street) }])
}

/// What files hold, ids counting from 1 in each layer.
pub fn snapshot(requests: &[Request]) -> Snapshot {
    snapshot_and_reports(requests).0
}

/// The same with what the importer says of each file.
pub fn snapshot_and_reports(requests: &[Request]) -> (Snapshot, Vec<Report>) {
    let mut reports = Vec::new();
    let mut items: Vec<Vec<Item>> = LayerId::ALL.iter().map(|_| Vec::new()).collect();
    for request in requests {
        let never = AtomicBool::new(false);
        let watch = Watch { on_progress: &|_| {}, is_cancelled: &never };
        let mut take = |record: Record, _: &Report| {
            let layer = &mut items[record.layer.index()];
            let geometry = geozero::wkb::Wkb(record.wkb.as_slice()).to_geo().unwrap();
            layer.push(Item {
                id: layer.len() as i64 + 1,
                version: 1,
                updated_at: DateTime::UNIX_EPOCH,
                source: None,
                shape: Shape::new(geometry).unwrap(),
                values: record.values.into(),
            });
            Ok(())
        };
        let mut report = Report::default();
        ingest::read(request, &mut report, &mut take, &watch).unwrap();
        report.sum_up();
        reports.push(report);
    }
    let layers = LayerId::ALL.into_iter().zip(items).map(|(id, items)| Layer::new(id, items));
    (Snapshot::empty(DateTime::UNIX_EPOCH).with_layers(1, DateTime::UNIX_EPOCH, layers), reports)
}

/// Walks in the zone of wherever the city is.
pub fn settings_of(snapshot: &Snapshot) -> WalkSettings {
    let bounds = snapshot.layer(LayerId::Street, pianqu::domain::Viewer::Public).unwrap().bounds().unwrap();
    WalkSettings { plane: GaussKruger::of_longitude(bounds.center().x), ..WalkSettings::default() }
}
