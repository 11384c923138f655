//! Each format, each way of coordinates.

use geo::{Geometry, LineString, MultiLineString, MultiPolygon, polygon};
use geozero::ToGeo;
use pianqu::domain::{LayerId, Value, Viewer};
use pianqu::export::{Format, TextEncoding};
use pianqu::ingest::{Datum, Record, Request};
use pianqu::snapshot::{Layer, ShapeGeometry, Snapshot};

use super::{Order, read};
use crate::support::sketch::{Sketch, Sketched, at, line, point, square};

/// A hole, two parts, and everything that a spreadsheet or a CSV may take for something else.
fn city() -> Snapshot {
    let courtyard = polygon![
        exterior: [(x: 104.65, y: 30.12), (x: 104.651, y: 30.12), (x: 104.651, y: 30.121), (x: 104.65, y: 30.121)],
        interiors: [[(x: 104.6503, y: 30.1203), (x: 104.6503, y: 30.1206), (x: 104.6506, y: 30.1206), (x: 104.6506, y: 30.1203)]],
    ];
    let twin = MultiPolygon(vec![courtyard, {
        let Geometry::Polygon(other) = square(at(500.0, 333.333), 40.0) else { unreachable!() };
        other
    }]);
    let community = |city: Sketch, shape, values: &[(&str, Sketched)]| city.feature(LayerId::Community, shape, values);
    let city = Sketch::new();
    let city = community(
        city,
        Geometry::MultiPolygon(twin),
        &[
            ("code", "007".into()),
            ("name", "和平路小区（一期）".into()),
            ("address", "雁江区\"和平\"路 1 号, 2 栋".into()),
            ("households", 1210.into()),
            ("built_year", 1998.into()),
            ("floor_area_m2", 1_000_000_000.into()),
            ("tenure", "work_unit".into()),
            ("estimated_cost", Sketched::Fen(999_999_999_999_912)),
            ("remark", "第一行\n第二行；<尖括号> & 't'".into()),
        ],
    );
    let city = community(
        city,
        square(at(-300.0, 12.5), 40.0),
        &[
            ("name", "=1+1".into()),
            ("code", "1e5".into()),
            ("households", 0.into()),
            ("estimated_cost", Sketched::Fen(5)),
        ],
    );
    let mut snapshot = community(city, square(at(-600.0, -12.5), 40.0), &[("name", "建设路小区".into())])
        .feature(
            LayerId::UtilityWork,
            Geometry::MultiLineString(MultiLineString(vec![
                LineString::from(vec![at(0.0, 0.0), at(10.0, 5.0), at(20.0, 0.0)]),
                LineString::from(vec![at(40.0, 0.0), at(50.0, 0.0)]),
            ])),
            &[
                ("name", "幸福巷给水改造".into()),
                ("utility_kind", "water".into()),
                ("window_start", Sketched::Day("2026-03-01")),
                ("window_end", Sketched::Day("2026-12-31")),
            ],
        )
        .feature(LayerId::Gate, point(at(3.0, 4.0)), &[("name", "东门".into())])
        .feature(LayerId::Gate, point(at(7.0, 4.0)), &[])
        .feature(LayerId::Barrier, line(&[at(0.0, 0.0), at(9.0, 9.0)]), &[("barrier_kind", "wall".into())])
        .feature(LayerId::Barrier, square(at(99.0, 0.0), 30.0), &[("barrier_kind", "river".into())])
        .snapshot();
    // What the sketch has no words for.
    for (layer, id, name, value) in [
        (LayerId::Community, 1, "is_scattered", Value::Boolean(true)),
        (LayerId::Community, 2, "is_scattered", Value::Boolean(false)),
        (LayerId::Community, 2, "floor_area_m2", Value::Number(1_234.567_890_123)),
        (LayerId::Gate, 1, "is_open", Value::Boolean(false)),
    ] {
        let mut item = (**snapshot.layer(layer, Viewer::Everything).unwrap().find(id).unwrap()).clone();
        item.values[layer.describe().field(name).unwrap().0] = value;
        let whole: &Layer = snapshot.layer_unmasked(layer);
        let changed = whole.with_changes(vec![item], &[]);
        snapshot = snapshot.with_layers(7, snapshot.taken_at, [changed]);
    }
    snapshot
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Fifteen digits are what text formats keep.
        (Value::Number(a), Value::Number(b)) => (a - b).abs() <= a.abs() * 1e-14,
        // Import takes any run of blanks for one.
        (Value::Text(a), Value::Text(b)) => a.split_whitespace().eq(b.split_whitespace()),
        (a, b) => a == b,
    }
}

/// The positions of a shape, part after part.
fn positions(shape: &ShapeGeometry) -> Vec<Vec<(f64, f64)>> {
    let line = |line: &LineString<f64>| line.0.iter().map(|at| at.x_y()).collect::<Vec<_>>();
    match shape {
        ShapeGeometry::Point(point) => vec![vec![point.x_y()]],
        ShapeGeometry::Lines(lines) => lines.iter().map(line).collect(),
        ShapeGeometry::Areas(areas) => areas
            .iter()
            .flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()))
            .map(|ring| {
                // Where a ring begins and which way it runs is the format's business.
                let mut ring = line(ring);
                ring.pop();
                // Nearer than this two positions are one: a projection moves the last digits.
                let micro = |degrees: f64| (degrees * 1e6).round() as i64;
                ring.sort_by_key(|at| (micro(at.0), micro(at.1)));
                ring
            })
            .collect(),
    }
}

fn shape(record: &Record) -> ShapeGeometry {
    let geometry = geozero::wkb::Wkb(record.wkb.as_slice()).to_geo().unwrap();
    pianqu::snapshot::Shape::new(geometry).unwrap().geometry().clone()
}

#[track_caller]
fn assert_near(a: &ShapeGeometry, b: &ShapeGeometry, what: &str) {
    let (a, b) = (positions(a), positions(b));
    assert_eq!(a.iter().map(Vec::len).collect::<Vec<_>>(), b.iter().map(Vec::len).collect::<Vec<_>>(), "{what}");
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        assert!((a.0 - b.0).abs() < 1e-7 && (a.1 - b.1).abs() < 1e-7, "{what}: {a:?} {b:?}");
    }
}

/// Writes, reads and compares every row: number, values, shape.
#[track_caller]
fn round(city: &Snapshot, order: &Order, with: impl Fn(Request) -> Request) {
    let folder = tempfile::tempdir().unwrap();
    let what = format!("{} {:?} {}", order.layer, order.format, order.crs);
    let (written, file) = order.write(city, &folder).unwrap_or_else(|error| panic!("{what}: {error}"));
    let view = city.layer(order.layer, Viewer::Everything).unwrap();
    assert_eq!(written.features, view.len());
    let request = Request { key: Some("id".to_owned()), ..Request::new(file, order.layer) };
    let request = if order.format == Format::GeoPackage { Request { key: None, ..request } } else { request };
    let records = read(&with(request));
    assert_eq!(records.len(), view.len(), "{what}");
    for item in view.items() {
        let record = if order.format == Format::GeoPackage {
            // The number is the table's key, which import takes only where no column is one.
            records.iter().find(|record| {
                positions(&shape(record)).len() == positions(item.shape.geometry()).len()
                    && record.values.iter().zip(&item.values).all(|(a, b)| is_same(b, a))
            })
        } else {
            records.iter().find(|record| record.key == item.id.to_string())
        };
        let record = record.unwrap_or_else(|| panic!("{what}: {} is missing in {records:#?}", item.id));
        for ((value, back), field) in item.values.iter().zip(&record.values).zip(view.describe().fields) {
            if !order.without.contains(&field.name) {
                assert!(is_same(value, back), "{what}, {}.{}: {value:?} became {back:?}", item.id, field.name);
            }
        }
        assert_near(item.shape.geometry(), &shape(record), &what);
    }
}

/// What import must be told of a file that cannot say it.
fn told(format: Format, crs: &'static str) -> impl Fn(Request) -> Request {
    let is_told = format.is_table() || format.is_drawing();
    move |request| Request { crs: is_told.then(|| crs.to_owned()), ..request }
}

const WITH_FIELDS: [Format; 7] = [
    Format::GeoJson,
    Format::GeoPackage,
    Format::Shapefile,
    Format::Xlsx,
    Format::Csv,
    Format::Kml,
    Format::FlatGeobuf,
];

#[test]
fn every_format_comes_back_as_it_went() {
    let city = city();
    for format in WITH_FIELDS {
        for layer in [LayerId::Community, LayerId::UtilityWork, LayerId::Gate] {
            round(&city, &Order::new(layer, format), told(format, "EPSG:4490"));
        }
        if format != Format::Shapefile {
            round(&city, &Order::new(LayerId::Barrier, format), told(format, "EPSG:4490"));
        }
    }
}

#[test]
fn planes_and_zones_come_back_to_the_centimetre() {
    let city = city();
    for format in WITH_FIELDS.into_iter().filter(|format| *format != Format::Kml) {
        for crs in ["EPSG:4544", "EPSG:4523", "EPSG:3857", "EPSG:32648", "EPSG:4326"] {
            let order = Order { crs, ..Order::new(LayerId::Community, format) };
            round(&city, &order, told(format, crs));
        }
    }
}

#[test]
fn offset_datums_come_back_when_they_are_named() {
    let city = city();
    for (crs, datum) in [("gcj02", Datum::Gcj02), ("bd09", Datum::Bd09)] {
        for format in [Format::GeoPackage, Format::Shapefile, Format::Csv, Format::FlatGeobuf] {
            let order = Order { crs, ..Order::new(LayerId::Community, format) };
            round(&city, &order, |request| Request { datum: Some(datum), ..request });
            // And it really was another place.
            let folder = tempfile::tempdir().unwrap();
            let (written, file) = order.write(&city, &folder).unwrap();
            assert_eq!(written.datum.as_deref(), Some(crs));
            let request = Request { crs: Some("EPSG:4490".to_owned()), ..Request::new(file, LayerId::Community) };
            let there = positions(&shape(&read(&request)[2]))[0][0];
            let here =
                positions(city.layer(LayerId::Community, Viewer::Everything).unwrap().items()[2].shape.geometry());
            assert!((there.0 - here[0][0].0).abs() > 1e-3, "{crs} {format}");
        }
    }
}

#[test]
fn chinese_texts_come_back_from_gbk() {
    let city = city();
    for format in [Format::Shapefile, Format::Csv] {
        let order = Order { encoding: TextEncoding::Gbk, ..Order::new(LayerId::Community, format) };
        // Import finds out by itself, and by name.
        round(&city, &order, told(format, "EPSG:4490"));
        round(&city, &order, |request| {
            let crs = format.is_table().then(|| "EPSG:4490".to_owned());
            Request { encoding: Some("GBK".to_owned()), crs, ..request }
        });
    }
}

#[test]
fn a_layer_of_lines_and_areas_becomes_two_shapefiles() {
    let folder = tempfile::tempdir().unwrap();
    let (written, file) = Order::new(LayerId::Barrier, Format::Shapefile).write(&city(), &folder).unwrap();
    assert_eq!(file.extension().unwrap(), "zip");
    assert_eq!(written.features, 2);
    for (part, kind) in [("export_lines.shp", "wall"), ("export_areas.shp", "river")] {
        let request = Request { source_layer: Some(part.to_owned()), ..Request::new(&file, LayerId::Barrier) };
        let records = read(&request);
        assert_eq!(records.len(), 1);
        assert!(records[0].values.contains(&Value::Text(kind.into())), "{part}: {records:?}");
    }
}

#[test]
fn a_drawing_holds_the_outlines() {
    let (city, folder) = (city(), tempfile::tempdir().unwrap());
    let order = Order { crs: "EPSG:4544", ..Order::new(LayerId::Community, Format::Dxf) };
    let (_, file) = order.write(&city, &folder).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("LWPOLYLINE") && !text.contains("HATCH") && text.contains("community"));
    // One row a ring: two parts and a hole, and two squares.
    let request = Request { crs: Some("EPSG:4544".to_owned()), ..Request::new(&file, LayerId::Barrier) };
    let request = Request { constants: vec![("barrier_kind".to_owned(), "wall".to_owned())], ..request };
    let mut found: Vec<_> = read(&request).iter().flat_map(|record| positions(&shape(record))).collect();
    let view = city.layer(LayerId::Community, Viewer::Everything).unwrap();
    let mut expected: Vec<_> = view.items().iter().flat_map(|item| positions(item.shape.geometry())).collect();
    let closed = |rings: &mut Vec<Vec<(f64, f64)>>| {
        for ring in rings.iter_mut() {
            ring.sort_by(|a, b| a.partial_cmp(b).unwrap());
            ring.dedup();
        }
        rings.sort_by(|a, b| a.partial_cmp(b).unwrap());
    };
    closed(&mut found);
    closed(&mut expected);
    assert_eq!(found.len(), 5);
    for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((a.0 - b.0).abs() < 1e-7 && (a.1 - b.1).abs() < 1e-7, "{a:?} {b:?}");
    }
}

#[test]
fn an_empty_layer_is_a_file_without_rows() {
    let empty = Sketch::new().snapshot();
    for format in Format::ALL {
        let folder = tempfile::tempdir().unwrap();
        let (written, file) = Order::new(LayerId::Community, format).write(&empty, &folder).unwrap();
        assert_eq!(written.features, 0);
        assert!(file.metadata().unwrap().len() > 0, "{format}");
    }
}
