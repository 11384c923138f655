//! Files that want to crash, hang or flood.

use std::io::Write;

use pianqu::domain::LayerId;
use pianqu::ingest::{IngestError, Limits, Request};

use super::{Folder, building, geojson, read};

/// A zip with one stored file of this name, written by hand: no writer makes such names.
pub fn zip(name: &str, content: &[u8]) -> Vec<u8> {
    archive(&[(name, content)], false)
}

/// A zip of these files, packed or as they are.
pub fn archive(files: &[(&str, &[u8])], is_packed: bool) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let packed = if is_packed { deflated(content) } else { content.to_vec() };
        let mut head = vec![20, 0, 0, 0, if is_packed { 8 } else { 0 }, 0, 0, 0, 0, 0];
        for n in [libdeflater::crc32(content), packed.len() as u32, content.len() as u32] {
            head.extend(n.to_le_bytes());
        }
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        let at = bytes.len() as u32;
        directory.write_all(b"PK\x01\x02\x14\0").unwrap();
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.write_all(b"PK\x03\x04").unwrap();
        bytes.extend(&head);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.write_all(b"PK\x05\x06\0\0\0\0").unwrap();
    for _ in 0..2 {
        bytes.extend((files.len() as u16).to_le_bytes());
    }
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::new(9).unwrap());
    let mut packed = vec![0; compressor.deflate_compress_bound(content.len())];
    let length = compressor.deflate_compress(content, &mut packed).unwrap();
    packed.truncate(length);
    packed
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

/// A workbook with one sheet of these rows, and what stands behind the rows.
fn workbook(rows: &[&[&str]], behind: &str) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    let cell = |text: &&str| match text.parse::<f64>() {
        Ok(_) => format!("<c><v>{text}</v></c>"),
        Err(_) => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    let row = |row: &&[&str]| format!("<row>{}</row>", row.iter().map(cell).collect::<String>());
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let types = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
         <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>"
    );
    let book = format!(
        "{HEAD}<workbook {main} xmlns:r=\"{related}\"><sheets><sheet name=\"楼栋\" sheetId=\"1\" r:id=\"rId7\"/></sheets></workbook>"
    );
    let relations = format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
         <Relationship Id=\"rId7\" Type=\"{related}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let rows: String = rows.iter().map(row).collect();
    let sheet = format!("{HEAD}<worksheet {main}><sheetData>{rows}</sheetData>{behind}</worksheet>");
    archive(
        &[
            ("[Content_Types].xml", types.as_bytes()),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ],
        true,
    )
}

#[test]
fn merged_cells_are_named_and_not_read_as_empty() {
    let rows: &[&[&str]] = &[
        &["code", "name", "floors", "lon", "lat"],
        &["B1", "一号楼", "6", "104.65", "30.12"],
        &["B2", "二号楼", "6", "104.66", "30.12"],
    ];
    let merged = "<mergeCells count=\"2\"><mergeCell ref=\"C2:C3\"/><mergeCell ref=\"A7:E7\"/></mergeCells>";
    let (plain, odd) = (workbook(rows, ""), workbook(rows, merged));
    let zipped = zip("tables/merged.xlsx", &odd);
    let folder = Folder::new(&[("plain.xlsx", &plain), ("merged.xlsx", &odd), ("zipped.zip", &zipped)]);
    let request = |name: &str| Request { crs: Some("EPSG:4490".into()), ..folder.request(name, LayerId::Facility) };
    let request = |name: &str| Request { constants: vec![("facility_kind".into(), "clinic".into())], ..request(name) };
    let (report, records, result) = read(&request("plain.xlsx"));
    result.unwrap();
    assert_eq!(records.len(), 2, "{report:?}");
    for name in ["merged.xlsx", "zipped.zip"] {
        let (_, records, result) = read(&request(name));
        let error = result.unwrap_err();
        assert_eq!((error.code(), records.len()), ("merged-cells", 0), "{name}: {error}");
        assert!(error.to_string().contains("«楼栋» are merged: C2:C3, A7:E7;"), "{error}");
    }
}

/// A small file that unpacks to more than a machine has is refused before it is unpacked.
#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![b' '; 200 << 20];
    let bomb = archive(&[("b.geojson", &zeros)], true);
    let book = archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/sharedStrings.xml", &zeros)], true);
    assert!(bomb.len() < 1 << 20 && book.len() < 1 << 20);
    drop(zeros);
    let inner = zip("book.xlsx", &book);
    let folder = Folder::new(&[("bomb.zip", &bomb), ("book.xlsx", &book), ("inner.zip", &inner)]);
    let before = resident_kib();
    for name in ["bomb.zip", "book.xlsx", "inner.zip"] {
        let error = read(&folder.request(name, LayerId::Building)).2.unwrap_err();
        assert!(error.to_string().contains("more than 200 times as much"), "{name}: {error}");
    }
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 100 << 10, "{grown} KiB were taken");
    // What its list of contents says too little of is read no further than that.
    let mut lying = archive(&[("b.geojson", &vec![b' '; 80 << 20])], true);
    let at = lying.len() - 22 - "b.geojson".len() - 46 + 24;
    lying[at..at + 4].copy_from_slice(&100u32.to_le_bytes());
    let folder = Folder::new(&[("lying.zip", &lying)]);
    assert!(read(&folder.request("lying.zip", LayerId::Building)).2.is_err());
}

/// What is UTF-8 is read where it lies, however large; what must be decoded in memory has a limit of its own.
#[test]
fn a_text_that_must_be_decoded_has_a_limit_and_utf8_is_not_held() {
    const ROWS: usize = 20_000;
    let mut text = "name,facility_kind,经度,纬度\n".to_owned();
    for n in 0..ROWS {
        text += &format!("第{n}号诊所位于和平路与建设路交叉口东北角约二十米处,clinic,104.65,30.12\n");
    }
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let [utf8, gbk] = [text.as_bytes(), &gbk].map(|text| archive(&[("a.csv", text)], true));
    let folder = Folder::new(&[("utf8.zip", &utf8), ("gbk.zip", &gbk)]);
    let limits = Limits { decoded_bytes: 1 << 20, ..Limits::default() };
    assert!(text.len() > 1 << 20);
    let request =
        |name: &str| Request { limits, crs: Some("EPSG:4490".into()), ..folder.request(name, LayerId::Facility) };
    let (report, records, result) = read(&request("utf8.zip"));
    result.unwrap();
    assert_eq!((records.len(), report.encoding.as_str()), (ROWS, "UTF-8 (not declared, found by trial)"));
    let error = read(&request("gbk.zip")).2.unwrap_err();
    assert!(matches!(error, IngestError::TooLarge { allowed: 0x10_0000, .. }), "{error}");
    assert!(error.to_string().contains("bytes of text that is not UTF-8"), "{error}");
    let (_, records, result) = read(&Request { limits: Limits::default(), ..request("gbk.zip") });
    result.unwrap();
    assert_eq!(records.len(), ROWS);
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_value_that_cannot_be_read_empties_its_field_or_refuses_the_row_and_says_which() {
    let text = "code,utility_kind,diameter_mm,wkt\nP1,water,很粗,\"LINESTRING(104.65 30.12,104.66 30.12)\"\n\
                P2,绳,100,\"LINESTRING(104.65 30.13,104.66 30.13)\"\n";
    let folder = Folder::new(&[("p.csv", text.as_bytes())]);
    let request = Request { crs: Some("EPSG:4490".into()), ..folder.request("p.csv", LayerId::UtilityLine) };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!((records.len(), report.counts.mended, report.counts.refused), (1, 1, 1), "{report:?}");
    let reasons: Vec<&str> = report.rows.iter().map(|row| row.problems[0].reason.as_str()).collect();
    assert!(reasons[0].ends_with("not a number; left empty"), "{reasons:?}");
    assert!(reasons[1].ends_with("not a known kind; the field is required, so the row is refused"), "{reasons:?}");
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
