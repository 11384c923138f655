//! Surveys of pipes by CJJ 61-2017: a table of points and a table of lines, with all that is wrong in them.

use std::collections::BTreeMap;

use gdal::DriverManager;
use gdal::vector::{Feature, LayerAccess, LayerOptions};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};
use pianqu::domain::{LayerId, Value};
use pianqu::geodesy::GaussKruger;
use pianqu::ingest::{FaultyLines, IngestError, Outcome, Record, Report, Request, Survey};

use super::{Folder, read, run};
use crate::support::database;
use crate::support::node::pianqu;

pub const POINTS: &str = "图上点号,物探点号,特征,附属物,X,Y,地面高程\n\
    JS1,JS1,,阀门井,3333500.000,466300.000,350.00\n\
    JS2,JS2,直线点,,3333500.000,466340.000,350.10\n\
    JS3,JS3,,消防栓,3333530.000,466340.000,350.20\n\
    WS1,WS1,,污水井,3333490.000,466300.000,350.00\n\
    WS2,WS2,,污水井,3333490.000,466330.000,349.90\n";

pub const LINES: &str = "起始点号,终止点号,管类,起点埋深,终点埋深,起点高程,终点高程,材质,管径或断面尺寸,埋设方式,权属单位,建设年代,流向\n\
    JS1,JS2,JP,1.20,1.25,348.80,348.85,QM,200,ZM,资阳水务,2005,\n\
    JS2,JS3,JS,1.25,1.30,348.85,348.90,QM,150,ZM,资阳水务,2005,\n\
    WS1,WS2,污水,2.00,2.10,348.00,347.80,T,400X300,ZM,资阳水务,1998,0\n";

fn survey(folder: &Folder) -> Request {
    Request {
        survey: Some(Survey { lines: Some(folder.path("lines.csv")), faulty: FaultyLines::Take }),
        crs: Some("EPSG:4544".to_owned()),
        ..folder.request("points.csv", LayerId::UtilityLine)
    }
}

fn tables(points: &str, lines: &str) -> (Report, Vec<Record>, Result<(), IngestError>) {
    let folder = Folder::new(&[("points.csv", points.as_bytes()), ("lines.csv", lines.as_bytes())]);
    read(&survey(&folder))
}

pub fn value(record: &Record, name: &str) -> Value {
    record.values[LayerId::UtilityLine.describe().field(name).unwrap().0].clone()
}

fn ends(record: &Record) -> Vec<(f64, f64)> {
    let geometry = geozero::ToGeo::to_geo(&geozero::wkb::Wkb(record.wkb.as_slice())).unwrap();
    let geo::Geometry::MultiLineString(lines) = geometry else { panic!("{geometry:?}") };
    lines.0[0].0.iter().map(|at| (at.x, at.y)).collect()
}

/// Code of the first problem by what identifies the row.
fn told(report: &Report) -> BTreeMap<String, (Outcome, &'static str)> {
    report.rows.iter().map(|row| (row.id.clone(), (row.outcome, row.problems[0].code))).collect()
}

#[test]
fn two_tables_become_lines_that_meet_where_their_points_are() {
    let (report, records, result) = tables(POINTS, LINES);
    result.unwrap();
    assert_eq!((report.counts.read, report.counts.refused), (3, 0), "{:?}", report.rows);
    assert_eq!(told(&report), BTreeMap::from([("WS1-WS2".to_owned(), (Outcome::Mended, "section"))]));
    let one = &records[0];
    assert_eq!((one.key.as_str(), value(one, "code")), ("JS1-JS2", Value::Text("JS1-JS2".into())));
    assert_eq!(value(one, "utility_kind"), Value::Text("water".into()), "JP is 配水, a kind of 给水");
    assert_eq!(value(one, "material"), Value::Text("ductile_iron".into()));
    assert_eq!((value(one, "start_depth_m"), value(one, "diameter_mm")), (Value::Number(1.2), Value::Number(200.0)));
    assert_eq!(value(one, "quality_level"), Value::Text("surveyed".into()));
    assert_eq!(
        (value(one, "operator"), value(one, "built_year")),
        (Value::Text("资阳水务".into()), Value::Integer(2005))
    );
    assert_eq!(value(&records[2], "utility_kind"), Value::Text("foul_sewer".into()));
    assert_eq!(value(&records[2], "diameter_mm"), Value::Number(400.0));
    // Topology: the end of one is the beginning of the next, to the last bit.
    assert_eq!(ends(one)[1], ends(&records[1])[0]);
    let expected = GaussKruger::default().to_lon_lat(geo::Coord { x: 466_300.0, y: 3_333_500.0 });
    let (lon, lat) = ends(one)[0];
    assert!((lon - expected.x).abs() < 1e-9 && (lat - expected.y).abs() < 1e-9, "X is the northing: {lon} {lat}");
    let note = report.notes.iter().find(|note| note.code == "network").unwrap();
    assert_eq!(note.message, "3 lines join 5 of 5 points into 2 connected parts");
    assert!(report.crs.contains("EPSG:4544"), "{}", report.crs);
}

#[test]
fn what_leaves_no_line_to_draw_is_refused_with_row_and_reason() {
    let points = format!(
        "{POINTS}JS3,JS3,,,3333530.000,466340.000,350.20\nJS4,JS4,,,3333600.0,466340.0,350\nJS4,JS4,,,3333700.0,466340.0,350\n\
         JS5,JS5,,,,466340.0,350\nJS6,JS6,,,3333500.010,466300.010,350\nJS7,JS7,,,3333800,466300,350\n,,,,3333500,466300,350\n"
    );
    let lines = format!(
        "{LINES}JS2,JS1,JS,1,1,,,,,,,,\nJS1,JS9,JS,1,1,,,,,,,,\nJS1,JS1,JS,1,1,,,,,,,,\nJS1,JS4,JS,1,1,,,,,,,,\n\
         JS1,JS5,JS,1,1,,,,,,,,\nJS1,JS6,JS,1,1,,,,,,,,\nJS3,,JS,1,1,,,,,,,,\nJS1,WS1,热气球,1,1,,,,,,,,\nJS3,WS2,,1,1,,,,,,,,\n"
    );
    let (report, records, result) = tables(&points, &lines);
    result.unwrap();
    assert_eq!(records.len(), 3);
    let refused = |code| (Outcome::Refused, code);
    let expected = [
        ("JS2-JS1", "repeated_pair"),
        ("JS1-JS9", "no_such_point"),
        ("JS1-JS1", "same_point"),
        ("JS1-JS4", "ambiguous_point"),
        ("JS1-JS5", "refused_point"),
        ("JS1-JS6", "too_short"),
        ("JS3-?", "no_number"),
        ("JS1-WS1", "unknown_choice"),
        ("JS3-WS2", "required"),
        ("JS4", "repeated_number"),
        ("JS3", "repeated_number"),
        ("JS5", "unreadable"),
        ("JS7", "isolated_point"),
        ("", "no_number"),
    ];
    let told = told(&report);
    for (id, code) in expected {
        assert_eq!(told.get(id), Some(&refused(code)), "{id}: {:?}", report.rows);
    }
    assert_eq!(report.counts.refused as usize, expected.len(), "{:?}", report.rows);
    let row = report.rows.iter().find(|row| row.id == "JS4").unwrap();
    assert_eq!(row.row, 8);
    assert!(row.problems[0].reason.starts_with("point table: row 7 is another point"), "{:?}", row.problems);
    assert!(report.rows.iter().all(|row| !row.problems[0].reason.is_empty()));
}

#[test]
fn what_contradicts_itself_is_told_and_the_pipe_is_kept() {
    let points = format!("{POINTS}JS8,JS8,,,3333500.000,466420.000,350.00\nJS9,JS9,,,3333500.5,466420.000,350.00\n");
    let lines = "起点点号,终点点号,管线类型,起点埋深,终点埋深,起点高程,终点高程,流向\n\
        JS1,JS2,JS,1.50,1.25,348.80,348.85,\n\
        JS2,JS3,JS,,1.30,348.85,348.90,\n\
        WS1,WS2,WS,2.00,1.50,348.00,348.40,0\n\
        WS2,JS3,WS,1.50,1.30,348.40,348.90,1\n\
        JS2,JS8,JS,1.25,1.15,,,\n\
        JS8,JS9,JS,1.00,3.00,,,\n";
    let (report, records, result) = tables(&points, lines);
    result.unwrap();
    assert_eq!((records.len(), report.counts.refused), (6, 0), "{:?}", report.rows);
    let told = told(&report);
    let mended = |code| Some((Outcome::Mended, code));
    assert_eq!(told.get("JS1-JS2").copied(), mended("depth_contradicts_heights"));
    assert_eq!(told.get("JS2-JS3").copied(), mended("depth_from_heights"));
    assert_eq!(told.get("WS1-WS2").copied(), mended("against_flow"));
    assert_eq!(told.get("WS2-JS3"), None, "it flows from its end to its start, and falls that way");
    assert_eq!(told.get("JS2-JS8").copied(), mended("long"));
    assert_eq!(told.get("JS8-JS9").copied(), mended("steep"));
    assert_eq!(value(&records[0], "start_depth_m"), Value::Null, "which of the three is wrong nobody knows");
    assert_eq!(value(&records[0], "end_depth_m"), Value::Number(1.25));
    assert_eq!(value(&records[1], "start_depth_m"), Value::Number(1.25));
}

#[test]
fn tables_that_cannot_be_meant_are_refused_as_a_whole() {
    let why = |points: &str, lines: &str| tables(points, lines).2.unwrap_err().to_string();
    let turned = POINTS.replace("X,Y", "Y,X");
    let said = why(&turned, LINES);
    assert!(said.contains("by the standard X is the northing") && said.contains("东坐标"), "{said}");
    let named = turned.replace("Y,X", "北坐标,东坐标");
    assert!(tables(&named, LINES).2.is_ok(), "a column that says which it is wins");
    let said = why(&POINTS.replace("物探点号", "foo").replace("图上点号", "bar"), LINES);
    assert!(said.contains("管点表") && said.contains("the point's number"), "{said}");
    let said = why(POINTS, &LINES.replace("终止点号", "foo"));
    assert!(said.contains("管线表") && said.contains("the last point"), "{said}");
    let said = why(POINTS, &LINES.replace("管类", "foo"));
    assert!(said.contains("utility_kind"), "{said}");
    // Coordinates need their system, and a system that contradicts them is refused, as of any file.
    let folder = Folder::new(&[("points.csv", POINTS.as_bytes()), ("lines.csv", LINES.as_bytes())]);
    let unknown = read(&Request { crs: None, ..survey(&folder) }).2.unwrap_err();
    assert!(unknown.fitting().iter().any(|one| one.option.contains("EPSG:4544")), "{unknown}");
    let other = Request { crs: Some("EPSG:4523".to_owned()), ..survey(&folder) };
    assert!(matches!(read(&other).2, Err(IngestError::CrsContradicted { .. })));
    let zoned = POINTS.replace(",466", ",35466");
    let folder = Folder::new(&[("points.csv", zoned.as_bytes()), ("lines.csv", LINES.as_bytes())]);
    let other = Request { crs: Some("EPSG:4523".to_owned()), ..survey(&folder) };
    assert_eq!(read(&other).0.counts.refused, 0, "eight digits with the zone");
}

#[test]
fn kinds_go_by_class_subclass_and_feature_code() {
    let kinds = [
        ("JS", "water"),
        ("XS", "water"),
        ("51041000", "water"),
        ("ZS", "reclaimed_water"),
        ("YS", "storm_sewer"),
        ("WS", "foul_sewer"),
        ("HS", "combined_sewer"),
        ("TR", "gas"),
        ("YH", "gas"),
        ("RS", "heat"),
        ("GD", "power"),
        ("XH", "power"),
        ("LD", "street_light"),
        ("DH", "telecom"),
        ("DS", "broadcast"),
        ("YQ", "industrial"),
        ("57021000", "industrial"),
        ("ZH", "utility_tunnel"),
        ("BM", "unknown"),
        ("58021000", "unknown"),
    ];
    for (code, kind) in kinds {
        let lines = format!("起始点号,终止点号,管类\nJS1,JS2,{code}\n");
        let (report, records, _) = tables(POINTS, &lines);
        assert_eq!(records.len(), 1, "{code}: {:?}", report.rows);
        assert_eq!(value(&records[0], "utility_kind"), Value::Text(kind.into()), "{code}");
    }
}

/// Writes a table as a sheet of a workbook, or as a .dbf.
pub fn write(dataset: &mut gdal::Dataset, name: &str, csv: &str) {
    let options = LayerOptions { name, srs: None, ty: OGRwkbGeometryType::wkbNone, options: None };
    let layer = dataset.create_layer(options).unwrap();
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let columns = rows.next().unwrap();
    for column in &columns {
        layer.create_defn_fields(&[(column, OGRFieldType::OFTString)]).unwrap();
    }
    for row in rows {
        let mut feature = Feature::new(layer.defn()).unwrap();
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            feature.set_field_string(at, cell).unwrap();
        }
        feature.create(&layer).unwrap();
    }
}

#[test]
fn two_sheets_of_a_workbook_and_two_dbf_read_alike() {
    let (_, expected, _) = tables(POINTS, LINES);
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("survey.xlsx");
    let driver = DriverManager::get_driver_by_name("XLSX").unwrap();
    let mut dataset = driver.create_vector_only(&book).unwrap();
    write(&mut dataset, "说明", "说明\n示例\n");
    write(&mut dataset, "管线点表", POINTS);
    write(&mut dataset, "管线线表", LINES);
    dataset.close().unwrap();
    let request = Request {
        survey: Some(Survey { lines: None, faulty: FaultyLines::Take }),
        crs: Some("EPSG:4544".to_owned()),
        ..Request::new(&book, LayerId::UtilityLine)
    };
    let (report, records, result) = read(&request);
    result.unwrap();
    assert_eq!(records, expected, "{:?}", report.rows);
    assert_eq!(report.source, "survey.xlsx");

    // A .dbf has names of ten bytes: what the exchange format calls its columns.
    let driver = DriverManager::get_driver_by_name("ESRI Shapefile").unwrap();
    for (file, csv) in [
        ("points.dbf", POINTS.replace("图上点号,物探点号", "图上点号,点号").replace("地面高程", "高程")),
        (
            "lines.dbf",
            LINES
                .replace("起始点号,终止点号", "起点,终点")
                .replace("管径或断面尺寸", "管径")
                .replace("起点埋深,终点埋深,起点高程,终点高程", "qd,zd,qg,zg")
                .replace("埋设方式", "埋设")
                .replace("权属单位", "权属")
                .replace("建设年代", "年代"),
        ),
    ] {
        let mut dataset = driver.create_vector_only(folder.path().join(file)).unwrap();
        write(&mut dataset, file.trim_end_matches(".dbf"), &csv);
        dataset.close().unwrap();
    }
    let request = Request {
        survey: Some(Survey { lines: Some(folder.path().join("lines.dbf")), faulty: FaultyLines::Take }),
        map: vec![("qd".to_owned(), "start_depth_m".to_owned()), ("zd".to_owned(), "end_depth_m".to_owned())],
        path: folder.path().join("points.dbf"),
        ..request
    };
    let (report, records, result) = read(&request);
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(records.len(), 3, "{:?}", report.rows);
    assert_eq!((&records[0].wkb, value(&records[0], "start_depth_m")), (&expected[0].wkb, Value::Number(1.2)));
    assert_eq!(value(&records[0], "utility_kind"), Value::Text("water".into()));
}

#[tokio::test]
async fn a_second_survey_updates_the_first_and_is_taken_back_as_a_whole() {
    let db = database().await;
    let folder = Folder::new(&[("points.csv", POINTS.as_bytes()), ("lines.csv", LINES.as_bytes())]);
    let first = run(&db.store, survey(&folder)).await.unwrap();
    assert_eq!(first.report.counts.inserted, 3);
    // The other way round it is the same line, and deeper.
    let changed = LINES.replace("JS1,JS2,JP,1.20,1.25,348.80,348.85", "JS2,JS1,JP,1.35,1.20,348.75,348.80");
    std::fs::write(folder.path("lines.csv"), changed).unwrap();
    let second = run(&db.store, survey(&folder)).await.unwrap();
    assert_eq!((second.report.counts.updated, second.report.counts.unchanged), (1, 2), "{:?}", second.report.rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_what_it_refused_and_fails() {
    let db = database().await;
    let lines = format!("{LINES}JS1,JS9,JS,,,,,,,,,,\n");
    let folder = Folder::new(&[("points.csv", POINTS.as_bytes()), ("lines.csv", lines.as_bytes())]);
    let import = async |words: &[&str]| {
        let mut command = pianqu();
        command.args(["import", "points.csv", "--crs", "EPSG:4544", "--format", "cjj61"]).args(words);
        command.current_dir(folder.path("")).env("PIANQU_DATABASE_URL", db.store.url()).env("PIANQU_LOG", "warn");
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        (done.status.code(), said)
    };
    let (code, said) = import(&["--lines", "lines.csv"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("JS1-JS9") && said.contains("no such number"), "{said}");
    assert!(said.contains("1 of 4 rows were refused"), "{said}");
    let (code, said) = import(&["--lines", "lines.csv", "--layer", "street"]).await;
    assert!(code != Some(0) && said.contains("becomes utility_line"), "{said}");
}
