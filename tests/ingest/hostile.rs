//! Files that want to crash, hang or flood.

use std::io::Write;

use pianqu::domain::LayerId;
use pianqu::ingest::{IngestError, Limits, Request};

use super::{Folder, building, geojson, read};

/// A zip with one stored file of this name, written by hand: no writer makes such names.
pub fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    let crc = crc32(content);
    let size = content.len() as u32;
    let mut bytes = Vec::new();
    let common = |bytes: &mut Vec<u8>| {
        bytes.write_all(&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        for n in [crc, size, size] {
            bytes.write_all(&n.to_le_bytes()).unwrap();
        }
        bytes.write_all(&(name.len() as u16).to_le_bytes()).unwrap();
        bytes.write_all(&[0, 0]).unwrap();
    };
    bytes.write_all(b"PK\x03\x04").unwrap();
    common(&mut bytes);
    bytes.write_all(name.as_bytes()).unwrap();
    bytes.write_all(content).unwrap();
    let directory = bytes.len() as u32;
    bytes.write_all(b"PK\x01\x02\x14\0").unwrap();
    common(&mut bytes);
    bytes.write_all(&[0; 14]).unwrap();
    bytes.truncate(bytes.len() - 4);
    bytes.write_all(&0u32.to_le_bytes()).unwrap();
    bytes.write_all(name.as_bytes()).unwrap();
    let length = bytes.len() as u32 - directory;
    bytes.write_all(b"PK\x05\x06\0\0\0\0\x01\0\x01\0").unwrap();
    bytes.write_all(&length.to_le_bytes()).unwrap();
    bytes.write_all(&directory.to_le_bytes()).unwrap();
    bytes.write_all(&[0, 0]).unwrap();
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn a_zip_is_read_where_it_lies_and_may_not_climb() {
    let content = geojson(&[&building("a", 0.0, "3")]);
    let good = zip("inner/b.geojson", &content);
    let climbing = zip("../../b.geojson", &content);
    let foreign = zip("readme.md", b"hello");
    let folder =
        Folder::new(&[("good.zip", &good), ("climb.zip", &climbing), ("foreign.zip", &foreign), ("no.zip", b"PK")]);
    let (_, records, result) = read(&folder.request("good.zip", LayerId::Building));
    result.unwrap();
    assert_eq!(records.len(), 1);
    for name in ["climb.zip", "foreign.zip", "no.zip"] {
        let error = read(&folder.request(name, LayerId::Building)).2.unwrap_err();
        assert!(matches!(error, IngestError::Archive { .. }), "{name}: {error}");
    }
}

#[test]
fn limits_refuse_with_the_numbers() {
    let features: Vec<String> = (0..20).map(|i| building(&format!("b{i}"), f64::from(i) * 0.001, "3")).collect();
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&features))]);
    let with = |limits| read(&Request { limits, ..folder.request("b.geojson", LayerId::Building) });
    let (_, _, result) = with(Limits { features: 10, ..Limits::default() });
    assert!(matches!(result, Err(IngestError::TooLarge { unit: "rows", .. })));
    let (_, _, result) = with(Limits { file_bytes: 100, ..Limits::default() });
    assert!(matches!(result, Err(IngestError::TooLarge { unit: "bytes", .. })));
    let (report, records, _) = with(Limits { vertices: 3, listed_rows: 5, ..Limits::default() });
    assert_eq!((records.len(), report.counts.refused, report.rows.len(), report.rows_not_listed), (0, 20, 5, 15));
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let folder = Folder::new(&[
        ("empty.shp", b""),
        ("empty.geojson", b""),
        ("noise.gpkg", &[7; 5000]),
        ("noise.osm.pbf", &[7; 5000]),
        ("text.xlsx", b"not a zip"),
        ("fetch.vrt", b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"),
        ("deep.geojson", "[".repeat(100_000).as_bytes()),
    ]);
    for name in [
        "empty.shp",
        "empty.geojson",
        "noise.gpkg",
        "noise.osm.pbf",
        "text.xlsx",
        "fetch.vrt",
        "deep.geojson",
        "absent.shp",
    ] {
        let (_, records, result) = read(&folder.request(name, LayerId::Building));
        assert!(result.is_err() && records.is_empty(), "{name}");
    }
}

/// A file cut short anywhere, or with bytes turned, ends with an answer.
#[test]
fn damaged_files_end_with_an_answer() {
    let features: Vec<String> = (0..50).map(|i| building(&format!("楼{i}"), f64::from(i) * 0.001, "3")).collect();
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    let folder = Folder::new(&[("b.geojson", &geojson(&features))]);
    for (name, driver) in [("b.shp", "ESRI Shapefile"), ("b.gpkg", "GPKG"), ("b.fgb", "FlatGeobuf"), ("b.kml", "KML")] {
        let made = std::process::Command::new("ogr2ogr")
            .args(["-f", driver])
            .args([folder.path(name), folder.path("b.geojson")])
            .output()
            .expect("ogr2ogr is among the packages that `make` installs");
        assert!(made.status.success());
        let whole = std::fs::read(folder.path(name)).unwrap();
        for step in 1..20 {
            std::fs::write(folder.path(name), &whole[..whole.len() * step / 20]).unwrap();
            let (report, records, _) = read(&folder.request(name, LayerId::Building));
            assert!(records.len() as u64 <= report.counts.read && records.len() <= 50, "{name} {step}");
            let mut turned = whole.clone();
            for at in (step * 7..turned.len()).step_by(997) {
                turned[at] ^= 0x5a;
            }
            std::fs::write(folder.path(name), &turned).unwrap();
            let (report, records, _) = read(&folder.request(name, LayerId::Building));
            assert!(records.len() as u64 <= report.counts.read, "{name} {step} turned");
        }
    }
}
