//! Our tiles are PostGIS's tiles (ST_AsMVT), feature by feature, as GDAL's decoder reads both.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use gdal::cpl::CslStringList;
use gdal::vector::{Geometry, LayerAccess};
use gdal::{Dataset, DatasetOptions};
use pianqu::app::import::{ImportJob, import};
use pianqu::app::refresh;
use pianqu::domain::{FieldKind, LayerId, Viewer};
use pianqu::geodesy::tile_grid::{Tile, to_world};
use pianqu::ingest::Request;
use pianqu::snapshot::Snapshot;
use pianqu::tiles::generalise::SMALLEST_SIDE;
use pianqu::tiles::{LayerSet, encode};

use crate::support::{TestDatabase, database, shared_data};

struct Read {
    values: BTreeMap<String, String>,
    geometry: Geometry,
}

/// The features of one layer of a tile by id, read by GDAL. Cells that count features too small to be
/// drawn are left out.
fn read_by_gdal(folder: &Path, bytes: &[u8], tile: Tile) -> BTreeMap<i64, Read> {
    let path = folder.join("tile.mvt");
    std::fs::write(&path, bytes).unwrap();
    let place = [format!("X={}", tile.x()), format!("Y={}", tile.y()), format!("Z={}", tile.z())];
    let mut open_options: Vec<&str> = place.iter().map(String::as_str).collect();
    open_options.push("CLIP=NO");
    let options = DatasetOptions {
        open_options: Some(&open_options),
        allowed_drivers: Some(&["MVT"]),
        ..DatasetOptions::default()
    };
    // By its prefix: GDAL does not know every tile by its first bytes.
    let dataset = Dataset::open_ex(format!("MVT:{}", path.display()), options).unwrap();
    let mut layer = dataset.layer(0).unwrap();
    let names: Vec<String> = layer.defn().fields().map(|field| field.name()).collect();
    let mut features = BTreeMap::new();
    for feature in layer.features() {
        let mut values = BTreeMap::new();
        let mut id = None;
        for (at, name) in names.iter().enumerate() {
            // As text, an attribute that a feature does not have is empty; as a number it would be 0.
            let text = feature.field_as_string(at).unwrap().unwrap_or_default();
            if name == "mvt_id" {
                id = text.parse().ok();
            } else if !text.is_empty() {
                values.insert(name.clone(), text);
            }
        }
        let geometry = feature.geometry().unwrap().clone();
        if values.contains_key("pq_count") {
            continue;
        }
        let id = id.expect("every feature that is drawn has an id at these zooms");
        let before = features.insert(id, Read { values, geometry });
        assert!(before.is_none(), "feature {id:?} stands twice in a tile");
    }
    features
}

async fn postgis_tile(db: &TestDatabase, layer: LayerId, tile: Tile) -> Vec<u8> {
    let description = layer.describe();
    let columns: String = description
        .fields
        .iter()
        .filter(|field| field.in_tiles)
        .map(|field| match field.kind {
            FieldKind::Date => format!(", {0}::text as {0}", field.name),
            _ => format!(", {}", field.name),
        })
        .collect();
    let sql = format!(
        "select st_asmvt(t, '{name}', 4096, 'g', '{name}_id') from (
             select {name}_id {columns},
                    st_asmvtgeom(st_transform(geom, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true) as g
             from {name}
             where geom && st_transform(st_tileenvelope($1, $2, $3, margin => 65.0 / 4096), 4490)
         ) as t where g is not null",
        name = description.name
    );
    let client = db.store.connect_raw().await.unwrap();
    let (z, x, y) = (i32::from(tile.z()), tile.x() as i32, tile.y() as i32);
    client.query_one(&sql, &[&z, &x, &y]).await.unwrap().get(0)
}

/// True when neither strays further than `by` from the other.
fn agree(a: &Geometry, b: &Geometry, by: f64) -> bool {
    let within = |inner: &Geometry, outer: &Geometry| outer.buffer(by, 8).is_ok_and(|zone| zone.contains(inner));
    within(a, b) && within(b, a)
}

#[derive(Default)]
struct Tally {
    tiles: usize,
    features: usize,
    /// Areas that we count in a cell, as they are too small to be drawn.
    counted: usize,
    /// Features that PostGIS leaves out because nothing is left of them on the grid.
    only_ours: usize,
}

async fn compare(db: &TestDatabase, snapshot: &Snapshot, layer: LayerId, tile: Tile, tally: &mut Tally) {
    let folder = tempfile::tempdir().unwrap();
    let layers: LayerSet = [layer].into_iter().collect();
    let ours = encode(snapshot, Viewer::Everything, layers, tile);
    let theirs = postgis_tile(db, layer, tile).await;
    let ours = ours.map_or_else(BTreeMap::new, |bytes| read_by_gdal(folder.path(), &bytes, tile));
    let theirs = if theirs.is_empty() { BTreeMap::new() } else { read_by_gdal(folder.path(), &theirs, tile) };
    let unit = 40_075_016.686 / f64::from(1u32 << tile.z()) / 4096.0;
    for (id, their) in &theirs {
        let Some(our) = ours.get(id) else {
            let side = longer_side(&their.geometry);
            let is_counted = is_area(&their.geometry) && side <= (SMALLEST_SIDE + 1.0) * unit;
            assert!(is_counted, "{layer} {id}, {} units long, is not in our tile {tile:?}", side / unit);
            tally.counted += 1;
            continue;
        };
        assert_eq!(our.values, their.values, "{layer} {id} in {tile:?}");
        // Both round to whole units, so 1.6 is the diagonal of one. Where a shape was cut at the
        // buffer's edge, far outside of what is shown, PostGIS cuts before it rounds and we after:
        // a sharp corner may end some units apart.
        let tolerance = if is_at_edge(&our.geometry, tile) { 5.2 } else { 1.6 };
        // On the grid a ring may touch itself along an edge. PostGIS parts it there; ours leaves it, and
        // it covers the same area.
        let mut by_structure = CslStringList::new();
        by_structure.set_name_value("METHOD", "STRUCTURE").unwrap();
        let ours = without_unit_squares(&our.geometry, unit).make_valid(&by_structure).unwrap();
        assert!(
            agree(&ours, &their.geometry, tolerance * unit),
            "{layer} {id} in {tile:?}\nours   {}\ntheirs {}",
            our.geometry.wkt().unwrap(),
            their.geometry.wkt().unwrap()
        );
    }
    tally.tiles += 1;
    tally.features += theirs.len();
    for (id, our) in ours.iter().filter(|(id, _)| !theirs.contains_key(id)) {
        // What PostGIS drops is a sliver or lies in the buffer alone; ours is drawn a unit wide.
        let envelope = our.geometry.envelope();
        let size = (envelope.MaxX - envelope.MinX).min(envelope.MaxY - envelope.MinY);
        assert!(
            size <= 2.0 * unit || is_at_edge(&our.geometry, tile),
            "{layer} {id} only in ours: {}",
            our.geometry.wkt().unwrap()
        );
        tally.only_ours += 1;
    }
}

/// Without the parts that we draw as a square of one unit, because nothing else is left of them on the
/// grid: PostGIS drops such a part. The shape itself where it is no more than that.
fn without_unit_squares(geometry: &Geometry, unit: f64) -> Geometry {
    if geometry.geometry_name() != "MULTIPOLYGON" {
        return geometry.clone();
    }
    let mut kept = Geometry::empty(geometry.geometry_type()).unwrap();
    for part in (0..geometry.geometry_count()).map(|at| geometry.get_geometry(at)) {
        if longer_side(&part) > 1.01 * unit {
            kept.add_geometry(part.clone()).unwrap();
        }
    }
    if kept.is_empty() { geometry.clone() } else { kept }
}

fn is_area(geometry: &Geometry) -> bool {
    geometry.geometry_name().ends_with("POLYGON")
}

fn longer_side(geometry: &Geometry) -> f64 {
    let envelope = geometry.envelope();
    (envelope.MaxX - envelope.MinX).max(envelope.MaxY - envelope.MinY)
}

/// True when a shape reaches the outer edge of the buffer, where it may have been cut.
fn is_at_edge(geometry: &Geometry, tile: Tile) -> bool {
    let side = 40_075_016.686 / f64::from(1u32 << tile.z());
    let (west, north) = (f64::from(tile.x()) * side - 20_037_508.343, 20_037_508.343 - f64::from(tile.y()) * side);
    // 64 units of buffer, less what rounding may take.
    let reach = 62.0 / 4096.0 * side;
    let envelope = geometry.envelope();
    envelope.MinX <= west - reach
        || envelope.MaxX >= west + side + reach
        || envelope.MinY <= north - side - reach
        || envelope.MaxY >= north + reach
}

/// At most so many tiles of a zoom in which something lies, from all over the layer.
fn tiles_with_features(snapshot: &Snapshot, layer: LayerId, zoom: u32, at_most: usize) -> Vec<Tile> {
    let shift = 32 - zoom;
    let items = snapshot.layer(layer, Viewer::Everything).unwrap().items();
    let mut places: Vec<(u32, u32)> = items
        .iter()
        .map(|item| item.bounds().center())
        .map(|at| to_world(at.x, at.y))
        .map(|at| (at.x >> shift, at.y >> shift))
        .collect();
    places.sort_unstable();
    places.dedup();
    let step = places.len().div_ceil(at_most).max(1);
    places.into_iter().step_by(step).filter_map(|(x, y)| Tile::new(zoom, x, y).ok()).collect()
}

/// A database with this file in it.
async fn database_of(file: std::path::PathBuf, layers: &[LayerId]) -> TestDatabase {
    let db = database().await;
    let mut request = Request::new(file, layers[0]);
    request.layers = layers.to_vec();
    let job =
        ImportJob { request, actor: "test".into(), viewer: pianqu::domain::Viewer::Everything, is_dry_run: false };
    import(&db.store, job, Arc::new(|_| ()), Arc::new(AtomicBool::new(false))).await.unwrap();
    db
}

#[tokio::test]
async fn tiles_of_a_real_town_agree_with_postgis() {
    let Some(file) = shared_data("osm-china/jiangxi-guixi.osm") else { return };
    let layers = [LayerId::Street, LayerId::Building, LayerId::Facility, LayerId::Barrier];
    let db = database_of(file, &layers).await;
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();

    let mut tally = Tally::default();
    for layer in layers {
        for zoom in [14, 15, 16] {
            for tile in tiles_with_features(&snapshot, layer, zoom, 6) {
                compare(&db, &snapshot, layer, tile, &mut tally).await;
            }
        }
    }
    println!("{} tiles, {} features agree, {} drawn by us alone", tally.tiles, tally.features, tally.only_ours);
    assert!(tally.features > 500, "only {} features were compared", tally.features);
    assert!(tally.only_ours * 50 < tally.features, "{} of {} are ours alone", tally.only_ours, tally.features);
}

#[tokio::test]
async fn tiles_of_new_york_agree_with_postgis() {
    let Some(file) = shared_data("new-york/nyc_buildings.gpkg") else { return };
    let db = database_of(file, &[LayerId::Building]).await;
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();
    let mut tally = Tally::default();
    for (zoom, at_most) in [(14, 3), (15, 4), (16, 6)] {
        for tile in tiles_with_features(&snapshot, LayerId::Building, zoom, at_most) {
            compare(&db, &snapshot, LayerId::Building, tile, &mut tally).await;
        }
    }
    println!("{} tiles, {} features agree, {} drawn by us alone", tally.tiles, tally.features, tally.only_ours);
    assert!(tally.features > 3000, "only {} features were compared", tally.features);
    assert!(tally.only_ours * 50 < tally.features, "{} of {} are ours alone", tally.only_ours, tally.features);
}

#[tokio::test]
async fn made_up_shapes_agree_with_postgis() {
    let db = database().await;
    // Rings with holes, shapes across tile borders, lines that leave and return.
    db.psql(
        "insert into building (name, floors, geom)
         select 'B' || i, i, st_multi(st_difference(
             st_buffer(st_setsrid(st_point(104.650 + i * 0.0021, 30.12 + (i % 7) * 0.0017), 4490), 0.0002 + i * 0.00004, 3),
             st_buffer(st_setsrid(st_point(104.650 + i * 0.0021, 30.12 + (i % 7) * 0.0017), 4490), 0.0001 + i * 0.00001, 2)))
         from generate_series(1, 60) i;
         insert into street (name, street_class, is_bridge, geom)
         select '路' || i, 'primary', i % 2 = 0, st_multi(st_setsrid(st_makeline(array(
             select st_point(104.64 + k * 0.003, 30.115 + 0.012 * sin(k * 0.9 + i) + i * 0.0005) from generate_series(0, 40) k)), 4490))
         from generate_series(1, 30) i",
    )
    .await;
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();
    let mut tally = Tally::default();
    for layer in [LayerId::Building, LayerId::Street] {
        for zoom in [14, 15, 16, 17] {
            for tile in tiles_with_features(&snapshot, layer, zoom, 12) {
                compare(&db, &snapshot, layer, tile, &mut tally).await;
            }
        }
    }
    assert!(tally.features > 300, "only {} features were compared", tally.features);
}
