//! Formats and traps, with files written here in a few lines.

use std::process::Command;

use pianqu::domain::{LayerId, Value};
use pianqu::ingest::{Datum, IngestError, Request};

use super::{Folder, building, geojson, read};

fn field(layer: LayerId, values: &[Value], name: &str) -> Value {
    values[layer.describe().field(name).unwrap().0].clone()
}

fn position(wkb: &[u8]) -> (f64, f64) {
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().unwrap());
    (number(5), number(13))
}

const COMMUNITIES: &str = "小区名称,总户数,建成年代,建筑面积(万平方米),wkt\n\
    和平路小区,\"1,210户\",1998年,1.2,\"POLYGON((104.65 30.12,104.66 30.12,104.66 30.13,104.65 30.12))\"\n\
    建设路小区,-3,1900,abc,\"POLYGON((104.65 30.12,104.66 30.12,104.66 30.13,104.65 30.12))\"\n";

#[test]
fn csv_in_utf8_and_gbk_reads_alike() {
    let (gbk, _, _) = encoding_rs::GB18030.encode(COMMUNITIES);
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(COMMUNITIES.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = format!("\u{feff}{COMMUNITIES}");
    let folder = Folder::new(&[
        ("utf8.csv", COMMUNITIES.as_bytes()),
        ("gbk.csv", &gbk),
        ("utf16.csv", &utf16),
        ("bom.csv", marked.as_bytes()),
    ]);
    for name in ["utf8.csv", "gbk.csv", "utf16.csv", "bom.csv"] {
        let request = Request { crs: Some("EPSG:4490".to_owned()), ..folder.request(name, LayerId::Community) };
        let (report, records, result) = read(&request);
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((report.counts.accepted, report.counts.mended), (1, 1), "{name}: {:?}", report.rows);
        let value = |field_name| field(LayerId::Community, &records[0].values, field_name);
        assert_eq!(value("name"), Value::Text("和平路小区".into()), "{name}");
        assert_eq!(value("households"), Value::Integer(1210));
        assert_eq!(value("built_year"), Value::Integer(1998));
        assert_eq!(value("floor_area_m2"), Value::Number(12_000.0));
        let told: Vec<&str> = report.rows[0].problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(told, ["households", "floor_area_m2"]);
        assert_eq!(field(LayerId::Community, &records[1].values, "households"), Value::Null);
    }
}

#[test]
fn longitude_and_latitude_need_a_datum() {
    let csv = "名称,类别,经度,纬度\n药店,药店,104.65,30.12\n";
    let folder = Folder::new(&[("f.csv", csv.as_bytes())]);
    let (_, _, result) = read(&folder.request("f.csv", LayerId::Facility));
    let error = result.unwrap_err();
    assert!(matches!(error, IngestError::CrsUnknown { .. }));
    assert!(error.to_string().contains("--crs EPSG:4490") && error.to_string().contains("gcj02"), "{error}");

    let place = |datum| {
        let request = Request { datum: Some(datum), ..folder.request("f.csv", LayerId::Facility) };
        let (_, records, result) = read(&request);
        result.unwrap();
        position(&records[0].wkb)
    };
    assert_eq!(place(Datum::Wgs84), (104.65, 30.12));
    let metres = |(lon, lat): (f64, f64)| ((lon - 104.65) * 96_000.0).hypot((lat - 30.12) * 111_000.0);
    let (gcj, bd) = (metres(place(Datum::Gcj02)), metres(place(Datum::Bd09)));
    assert!((300.0..500.0).contains(&gcj), "GCJ-02 is about 392 m off at Ziyang, not {gcj}");
    assert!((800.0..1050.0).contains(&bd), "BD-09 is about 937 m off at Ziyang, not {bd}");
}

#[test]
fn surveyors_coordinates_are_asked_for_and_taken() {
    let csv = "名称,类别,x,y\n药店,药店,3333500,466300\n";
    let folder = Folder::new(&[("f.csv", csv.as_bytes())]);
    let (_, _, result) = read(&folder.request("f.csv", LayerId::Facility));
    assert!(result.unwrap_err().to_string().contains("EPSG:4544 --north-first"));
    let wrong = Request { crs: Some("EPSG:4544".to_owned()), ..folder.request("f.csv", LayerId::Facility) };
    assert!(matches!(read(&wrong).2, Err(IngestError::CrsContradicted { .. })));
    let right = Request { is_north_first: true, ..wrong };
    let (_, records, result) = read(&right);
    result.unwrap();
    let (lon, lat) = position(&records[0].wkb);
    assert!((104.6..104.7).contains(&lon) && (30.0..30.2).contains(&lat), "{lon} {lat}");
}

#[test]
fn a_geojson_that_holds_metres_is_refused() {
    let feature =
        r#"{"type":"Feature","properties":{"kind":"药店"},"geometry":{"type":"Point","coordinates":[466300,3333500]}}"#;
    let folder = Folder::new(&[("f.geojson", &geojson(&[feature]))]);
    let error = read(&folder.request("f.geojson", LayerId::Facility)).2.unwrap_err();
    assert!(error.to_string().contains("EPSG:4544"), "{error}");
    let swapped = feature.replace("[466300,3333500]", "[30.12,104.65]");
    let folder = Folder::new(&[("f.geojson", &geojson(&[&swapped]))]);
    let error = read(&folder.request("f.geojson", LayerId::Facility)).2.unwrap_err();
    assert!(error.to_string().contains("swapped"), "{error}");
}

/// GDAL's own writer makes every format from one file; all of them read alike.
#[test]
fn every_format_reads_alike() {
    let features = [building("甲1", 0.0, "6"), building("甲2", 0.001, "7")];
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&features))]);
    let formats = [
        ("b.shp", "ESRI Shapefile", &["-lco", "ENCODING=GBK"][..]),
        ("b.gpkg", "GPKG", &[]),
        ("b.gdb", "OpenFileGDB", &[]),
        ("b.fgb", "FlatGeobuf", &[]),
        ("b.kml", "KML", &[]),
        ("b.csv", "CSV", &["-lco", "GEOMETRY=AS_WKT"]),
        ("b.geojsonl", "GeoJSONSeq", &[]),
    ];
    for (name, driver, options) in formats {
        let made = Command::new("ogr2ogr")
            .args(["-f", driver])
            .args(options)
            .args([folder.path(name), folder.path("b.geojson")])
            .output()
            .expect("ogr2ogr is among the packages that `make` installs");
        assert!(made.status.success(), "{name}: {}", String::from_utf8_lossy(&made.stderr));
        let request = Request {
            crs: (driver == "CSV").then(|| "EPSG:4326".to_owned()),
            ..folder.request(name, LayerId::Building)
        };
        let (report, records, result) = read(&request);
        result.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(report.counts.accepted, 2, "{name}: {:?}", report.rows);
        // FlatGeobuf writes in the order of its index.
        let second =
            records.iter().find(|record| record.key == "甲2").unwrap_or_else(|| panic!("{name}: {}", report.key));
        assert_eq!(field(LayerId::Building, &second.values, "code"), Value::Text("甲2".into()), "{name}");
        assert_eq!(field(LayerId::Building, &second.values, "floors"), Value::Integer(7), "{name}");
    }
}

#[test]
fn xlsx_and_dxf() {
    let csv = "小区名称,户数,lon,lat\n甲,12,104.65,30.12\n乙,13,104.66,30.12\n";
    let dxf = geojson(&[&building("x", 0.0, "1")]);
    let folder = Folder::new(&[("c.csv", csv.as_bytes()), ("d.geojson", &dxf)]);
    for (to, driver, from) in [("c.xlsx", "XLSX", "c.csv"), ("d.dxf", "DXF", "d.geojson")] {
        let made = Command::new("ogr2ogr")
            .args(["-f", driver])
            .args([folder.path(to), folder.path(from)])
            .output()
            .expect("ogr2ogr is among the packages that `make` installs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    let map = vec![("小区名称".to_owned(), "name".to_owned())];
    let request = Request { datum: Some(Datum::Cgcs2000), map, ..folder.request("c.xlsx", LayerId::Gate) };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!(report.counts.accepted, 2, "{:?}", report.rows);
    assert_eq!(field(LayerId::Gate, &records[0].values, "name"), Value::Text("甲".into()));
    assert_eq!(position(&records[1].wkb), (104.66, 30.12));

    let unknown = read(&folder.request("d.dxf", LayerId::Building)).2;
    assert!(matches!(unknown, Err(IngestError::CrsUnknown { .. })), "a DXF names no reference system");
    let request = Request { crs: Some("EPSG:4490".to_owned()), ..folder.request("d.dxf", LayerId::Building) };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!(records.len(), 1, "{:?}", report.rows);
}

#[test]
fn repeated_keys_and_dates_of_1900() {
    let csv = "编号,工程名称,管类,计划开工,计划完工,wkt\n\
        W1,甲,给水,1900-01-01,2026年3月,\"LINESTRING(104.65 30.12,104.66 30.12)\"\n\
        W1,乙,给水,45000,2026-04-05,\"LINESTRING(104.65 30.12,104.66 30.13)\"\n\
        ,丙,给水,,,\"LINESTRING(104.65 30.12,104.66 30.13)\"\n\
        W4,丁,空气,,,\"LINESTRING(104.65 30.12,104.65 30.12)\"\n";
    let folder = Folder::new(&[("w.csv", csv.as_bytes())]);
    let request = Request {
        crs: Some("EPSG:4490".to_owned()),
        key: Some("编号".to_owned()),
        ..folder.request("w.csv", LayerId::UtilityWork)
    };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(field(LayerId::UtilityWork, &records[0].values, "window_start"), Value::Null);
    let codes: Vec<(u64, Vec<&str>)> =
        report.rows.iter().map(|row| (row.row, row.problems.iter().map(|p| p.code).collect())).collect();
    assert_eq!(codes[0], (1, vec!["placeholder_date", "date_completed"]));
    assert_eq!(codes[1].1.last(), Some(&"repeated_key"));
    assert_eq!(codes[2].1.last(), Some(&"no_key"));
    assert_eq!(codes.len(), 4, "{codes:?}");
}

#[test]
fn points_on_one_place_and_rows_outside_the_city_are_told() {
    let mut csv = "name,类别,lon,lat\n".to_owned();
    for i in 0..6 {
        csv.push_str(&format!("p{i},药店,104.65,30.12\n"));
    }
    csv.push_str("far,药店,112.36,28.55\n");
    let folder = Folder::new(&[("f.csv", csv.as_bytes())]);
    let extent = geo::Rect::new(geo::Coord { x: 104.0, y: 29.5 }, geo::Coord { x: 105.5, y: 30.7 });
    let request =
        Request { datum: Some(Datum::Wgs84), extent: Some(extent), ..folder.request("f.csv", LayerId::Facility) };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!(records.len(), 7, "flagged, not refused");
    let note = |code| report.notes.iter().find(|n| n.code == code).map(|n| n.count);
    assert_eq!((note("stacked_points"), note("outside_city")), (Some(6), Some(1)));
}
