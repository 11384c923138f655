//! What a format cannot hold is refused by name, not cut.

use pianqu::domain::LayerId;
use pianqu::export::{ExportError, Format, TextEncoding};
use pianqu::snapshot::Snapshot;

use super::Order;
use crate::support::sketch::{Sketch, at, square};

fn city(remark: &'static str) -> Snapshot {
    Sketch::new()
        .community("和平小区", at(0.0, 0.0), 120)
        .feature(LayerId::Community, square(at(99.0, 0.0), 40.0), &[("name", "甲".into()), ("remark", remark.into())])
        .snapshot()
}

fn refusal(city: &Snapshot, order: &Order) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = order.write(city, &folder).unwrap_err();
    assert!(error.is_about_the_request(), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is begun");
    error.to_string()
}

#[test]
fn a_long_text_is_not_cut_in_a_dbf() {
    let text: &'static str = Box::leak("楼".repeat(100).into_boxed_str());
    let city = city(text);
    let shp = Order::new(LayerId::Community, Format::Shapefile);
    let why = refusal(&city, &shp);
    assert!(why.contains("feature 2, remark") && why.contains("300 bytes"), "{why}");
    let folder = || tempfile::tempdir().unwrap();
    Order { encoding: TextEncoding::Gbk, ..Order::new(LayerId::Community, Format::Shapefile) }
        .write(&city, &folder())
        .unwrap();
    Order { without: &["remark"], ..shp }.write(&city, &folder()).unwrap();
    Order::new(LayerId::Community, Format::GeoPackage).write(&city, &folder()).unwrap();
}

#[test]
fn a_character_that_gbk_lacks_is_named() {
    for format in [Format::Shapefile, Format::Csv] {
        let order = Order { encoding: TextEncoding::Gbk, ..Order::new(LayerId::Community, format) };
        let why = refusal(&city("𠮷祥里"), &order);
        assert!(why.contains("GBK has no «𠮷»") && why.contains("feature 2, remark"), "{why}");
    }
    for format in [Format::GeoPackage, Format::Xlsx, Format::Kml, Format::Dxf, Format::GeoJson, Format::FlatGeobuf] {
        let order = Order { encoding: TextEncoding::Gbk, ..Order::new(LayerId::Community, format) };
        assert!(refusal(&city("甲"), &order).contains("always UTF-8"));
    }
}

#[test]
fn a_control_character_has_no_place_in_xml() {
    for format in [Format::Xlsx, Format::Kml] {
        assert!(refusal(&city("甲\u{b}乙"), &Order::new(LayerId::Community, format)).contains("U+000B"));
    }
}

#[test]
fn a_shape_too_large_for_a_cell_can_be_left_out() {
    let ring: Vec<(f64, f64)> = (0..2000)
        .map(|i| f64::from(i) / 2000.0 * std::f64::consts::TAU)
        .map(|angle| at(100.0 * angle.cos(), 100.0 * angle.sin()))
        .collect();
    let area = geo::Geometry::Polygon(geo::Polygon::new(geo::LineString::from(ring), Vec::new()));
    let city = Sketch::new().feature(LayerId::Community, area, &[("name", "圆".into())]).snapshot();
    let folder = tempfile::tempdir().unwrap();
    let error = Order::new(LayerId::Community, Format::Xlsx).write(&city, &folder).unwrap_err();
    assert!(matches!(error, ExportError::Unfit { .. }) && error.to_string().contains("leave shapes out"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    Order { with_shapes: false, ..Order::new(LayerId::Community, Format::Xlsx) }.write(&city, &folder).unwrap();
    Order::new(LayerId::Community, Format::Csv).write(&city, &folder).unwrap();
    let without = Order { with_shapes: false, ..Order::new(LayerId::Community, Format::GeoPackage) };
    assert!(without.write(&city, &folder).unwrap_err().is_about_the_request());
}

#[test]
fn systems_that_cannot_be_reached_are_refused_with_the_reason() {
    let city = city("甲");
    for (crs, say) in [
        ("EPSG:2343", "not public"),
        ("EPSG:4214", "not public"),
        ("klingon", "no reference system"),
        ("EPSG:4534", "not made for the place"),
    ] {
        let order = Order { crs, ..Order::new(LayerId::Community, Format::GeoPackage) };
        let why = refusal(&city, &order);
        assert!(why.contains(say), "{crs}: {why}");
    }
}
