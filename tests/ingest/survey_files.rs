//! The files in which surveys of pipes come: a workbook, a zip, two files, in GBK, with numbers as text, and large.

use std::path::Path;
use std::time::{Duration, Instant};

use gdal::DriverManager;
use gdal::vector::{Feature, LayerAccess, LayerOptions};
use gdal_sys::{OGRFieldType, OGRwkbGeometryType};
use pianqu::domain::{LayerId, Value};
use pianqu::ingest::{
    FaultyLines, IngestError, Outcome, Record, Report, Request, Survey, source_layers, survey_tables,
};

use super::hostile::archive;
use super::survey::{LINES, POINTS, value};
use super::{Folder, read};
use crate::support::database;
use crate::support::node::pianqu;

fn request(path: impl AsRef<Path>, lines: Option<&Path>) -> Request {
    Request {
        survey: Some(Survey { lines: lines.map(Path::to_owned), faulty: FaultyLines::Take }),
        crs: Some("EPSG:4544".to_owned()),
        ..Request::new(path.as_ref(), LayerId::UtilityLine)
    }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

fn two_files() -> (Report, Vec<Record>) {
    let folder = Folder::new(&[("管点.csv", POINTS.as_bytes()), ("管线.csv", LINES.as_bytes())]);
    let (report, records, result) = read(&request(folder.path("管点.csv"), Some(&folder.path("管线.csv"))));
    result.unwrap();
    (report, records)
}

#[test]
fn a_zip_of_two_tables_reads_as_two_files_do_also_in_gbk() {
    let (_, expected) = two_files();
    // Names are not marked as UTF-8, as many packers leave them.
    let zip = archive(&[("普查/管点.csv", &gbk(POINTS)), ("普查/管线.csv", &gbk(LINES)), ("readme.md", b"-")], true);
    let folder = Folder::new(&[("普查.zip", &zip)]);
    let request = request(folder.path("普查.zip"), None);
    let (report, records, result) = read(&request);
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(records, expected, "{:?}", report.rows);
    assert!(report.encoding.to_lowercase().starts_with("gb18030"), "{}", report.encoding);
    let survey = report.survey.as_ref().unwrap();
    assert_eq!((survey.point_table.as_str(), survey.points), ("普查/管点.csv", 5));
    assert_eq!((survey.line_table.as_str(), survey.lines), ("普查/管线.csv", Some(3)));
    assert_eq!((report.source.as_str(), report.rows[0].table.as_str()), ("普查.zip", "普查/管线.csv"));
    // What the zip holds is listed file by file, and recognised by its columns.
    let layers = source_layers(&Request { survey: None, crs: None, ..request }).unwrap();
    let tables = survey_tables(&layers).unwrap();
    assert_eq!((tables.points.as_deref(), tables.lines.as_deref()), (Some("普查/管点.csv"), Some("普查/管线.csv")));
    // Names that say nothing leave it to the columns.
    let zip = archive(&[("a.csv", LINES.as_bytes()), ("b.csv", POINTS.as_bytes())], false);
    std::fs::write(folder.path("普查.zip"), zip).unwrap();
    let (report, records, result) = read(&super::survey_files::request(folder.path("普查.zip"), None));
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(records, expected, "{:?}", report.rows);
}

#[test]
fn one_file_among_several_of_a_zip_is_read_by_its_name_in_any_encoding() {
    let zip = archive(&[("普查/管点.csv", &gbk(POINTS)), ("普查/管线.csv", &gbk(LINES))], true);
    let folder = Folder::new(&[("普查.zip", &zip)]);
    let whole = Request::new(folder.path("普查.zip"), LayerId::Facility);
    assert!(matches!(read(&whole).2, Err(IngestError::WhichLayer(_))));
    let one = Request {
        source_layer: Some("普查/管点.csv".to_owned()),
        crs: Some("EPSG:4544".to_owned()),
        is_north_first: true,
        map: vec![("物探点号".to_owned(), "name".to_owned()), ("附属物".to_owned(), "facility_kind".to_owned())],
        ..whole
    };
    let (report, records, result) = read(&one);
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.counts.read, 5, "{:?}", report.notes);
    assert!(!records.is_empty());
}

#[test]
fn two_files_are_one_survey_in_whatever_order_they_come() {
    let folder = Folder::new(&[("a.csv", LINES.as_bytes()), ("b.csv", POINTS.as_bytes())]);
    let (report, records, result) = read(&request(folder.path("a.csv"), Some(&folder.path("b.csv"))));
    result.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(records, two_files().1);
    assert_eq!((report.file.as_str(), report.source.as_str()), ("b.csv + a.csv", "b.csv"));
    let survey = report.survey.unwrap();
    assert_eq!((survey.point_table.as_str(), survey.line_table.as_str()), ("b.csv", "a.csv"));
}

#[test]
fn what_columns_are_taken_for_is_told() {
    let (report, _) = two_files();
    let survey = report.survey.unwrap();
    let used: Vec<_> = survey.point_columns.iter().map(|column| (column.column.as_str(), column.field)).collect();
    let expected = [
        ("图上点号", Some("drawn_no")),
        ("物探点号", Some("point_no")),
        ("特征", Some("point_feature")),
        ("附属物", Some("fitting")),
        ("X", Some("northing")),
        ("Y", Some("easting")),
        ("地面高程", Some("ground_height")),
    ];
    assert_eq!(used, expected);
    assert_eq!(survey.point_columns[1].samples, ["JS1", "JS2", "JS3"]);
    let field = |name: &str| report.columns.iter().find(|column| column.column == name).unwrap().field;
    assert_eq!((field("起始点号"), field("起点高程"), field("流向")), (Some("geometry"), Some("check"), Some("check")));
    assert_eq!((field("起点埋深"), field("管径或断面尺寸")), (Some("start_depth_m"), Some("diameter_mm")));
    let odd = POINTS.replace("地面高程", "备考");
    let folder = Folder::new(&[("p.csv", odd.as_bytes()), ("l.csv", LINES.as_bytes())]);
    let report = read(&request(folder.path("p.csv"), Some(&folder.path("l.csv")))).0;
    assert_eq!(report.survey.unwrap().point_columns[6].field, None, "a column that nothing is read from");
}

#[test]
fn lines_that_fail_a_check_are_refused_where_that_is_asked() {
    let lines = format!("{LINES}WS2,JS3,WS,2.00,2.10,347.00,349.00,,,,,,0\nJS1,JS3,JS,9.00,1.30,348.80,348.90,,,,,,\n");
    let folder = Folder::new(&[("p.csv", POINTS.as_bytes()), ("l.csv", lines.as_bytes())]);
    let taking = request(folder.path("p.csv"), Some(&folder.path("l.csv")));
    let survey = Survey { faulty: FaultyLines::Refuse, ..taking.survey.clone().unwrap() };
    let (report, records, result) = read(&taking);
    result.unwrap();
    assert_eq!((records.len(), report.counts.refused), (5, 0), "{:?}", report.rows);
    let faulty = report.rows.iter().find(|row| row.id == "JS1-JS3").unwrap();
    assert_eq!(faulty.problems[0].code, "depth_contradicts_heights");
    assert!(faulty.problems[0].reason.ends_with("; the depth is left empty"), "{:?}", faulty.problems);

    let (report, records, result) = read(&Request { survey: Some(survey), ..taking });
    result.unwrap();
    assert_eq!((records.len(), report.counts.refused), (3, 2), "{:?}", report.rows);
    let told: Vec<_> = report.rows.iter().map(|row| (row.id.as_str(), row.outcome)).collect();
    let [mended, refused] = [Outcome::Mended, Outcome::Refused];
    assert_eq!(told, [("WS1-WS2", mended), ("WS2-JS3", refused), ("JS1-JS3", refused)], "{:?}", report.rows);
    let reasons = format!("{:?}", report.rows[2].problems);
    assert!(!reasons.contains("left empty") && !reasons.contains("taken"), "nothing was done to it: {reasons}");
}

#[test]
fn one_table_alone_is_no_survey() {
    let folder = Folder::new(&[("points.csv", POINTS.as_bytes()), ("lines.csv", LINES.as_bytes())]);
    let (report, _, result) = read(&request(folder.path("points.csv"), None));
    let said = result.unwrap_err().to_string();
    assert!(said.contains("管线表") && said.contains("the last point"), "{said}");
    assert_eq!(report.survey.unwrap().points, 5, "what was understood is told all the same");
    let said = read(&request(folder.path("lines.csv"), None)).2.unwrap_err().to_string();
    assert!(said.contains("管点表") && said.contains("the point's number"), "{said}");
    let twice = read(&request(folder.path("points.csv"), Some(&folder.path("points.csv")))).2.unwrap_err();
    assert!(matches!(twice, IngestError::SurveyTable { .. }), "{twice}");
}

/// A sheet whose columns are these, of numbers where `is_number` says so.
fn sheet<'a>(
    dataset: &mut gdal::Dataset,
    name: &str,
    columns: &[(&str, bool)],
    rows: impl Iterator<Item = Vec<std::borrow::Cow<'a, str>>>,
) {
    let options = LayerOptions { name, srs: None, ty: OGRwkbGeometryType::wkbNone, options: None };
    let layer = dataset.create_layer(options).unwrap();
    for (column, is_number) in columns {
        let kind = if *is_number { OGRFieldType::OFTReal } else { OGRFieldType::OFTString };
        layer.create_defn_fields(&[(column, kind)]).unwrap();
    }
    for row in rows {
        let mut feature = Feature::new(layer.defn()).unwrap();
        for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match columns[at].1 {
                true => feature.set_field_double(at, cell.parse().unwrap()).unwrap(),
                false => feature.set_field_string(at, cell).unwrap(),
            }
        }
        feature.create(&layer).unwrap();
    }
}

#[test]
fn numbers_read_alike_as_numbers_and_as_text() {
    let points = [["1", "3333500", "466300", "350"], ["2", "3333500", "466340", "350.1"]];
    let lines = [["1", "2", "JS", "1.2", "1.25", "200"]];
    let book = |is_number: bool| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("普查.xlsx");
        let mut dataset = DriverManager::get_driver_by_name("XLSX").unwrap().create_vector_only(&path).unwrap();
        let columns = ["点号", "X", "Y", "地面高程"].map(|name| (name, is_number));
        sheet(&mut dataset, "点", &columns, points.iter().map(|row| row.map(Into::into).to_vec()));
        let columns = [
            ("起点点号", is_number),
            ("终点点号", is_number),
            ("管类", false),
            ("起点埋深", is_number),
            ("终点埋深", is_number),
            ("管径", is_number),
        ];
        sheet(&mut dataset, "线", &columns, lines.iter().map(|row| row.map(Into::into).to_vec()));
        dataset.close().unwrap();
        let (report, records, result) = read(&request(&path, None));
        result.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(report.counts.refused, 0, "{:?}", report.rows);
        records
    };
    let (numbers, texts) = (book(true), book(false));
    assert_eq!(numbers, texts);
    assert_eq!((numbers[0].key.as_str(), value(&numbers[0], "diameter_mm")), ("1-2", Value::Number(200.0)));
}

/// The program reads it in a process of its own, whose peak is looked at while it runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workbook_of_two_hundred_thousand_rows_fits_into_memory() {
    const ROWS: usize = 100_000;
    const MOST_KIB: u64 = 500_000;
    let db = database().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("普查.xlsx");
    let build = path.clone();
    let written = tokio::task::spawn_blocking(move || {
        let mut dataset = DriverManager::get_driver_by_name("XLSX").unwrap().create_vector_only(&build).unwrap();
        let columns = [("物探点号", false), ("X", true), ("Y", true), ("地面高程", true)];
        let points = (0..ROWS).map(|n| {
            let (north, east) = (3_330_000 + 20 * (n / 500), 460_000 + 20 * (n % 500));
            vec![format!("P{n}").into(), north.to_string().into(), east.to_string().into(), "350".into()]
        });
        sheet(&mut dataset, "管点", &columns, points);
        let columns = [("起点点号", false), ("终点点号", false), ("管类", false), ("起点埋深", true), ("材质", false)];
        let lines = (1..ROWS).map(|n| {
            let before = if n % 500 == 0 { n - 500 } else { n - 1 };
            vec![format!("P{before}").into(), format!("P{n}").into(), "JS".into(), "1.2".into(), "PE".into()]
        });
        sheet(&mut dataset, "管线", &columns, lines);
        dataset.close().unwrap();
    });
    written.await.unwrap();
    let mut command = pianqu();
    command.args(["import", "普查.xlsx", "--format", "cjj61", "--crs", "EPSG:4544", "--dry-run", "--json"]);
    command.current_dir(folder.path()).env("PIANQU_DATABASE_URL", db.store.url()).env("PIANQU_LOG", "warn");
    let out = std::fs::File::create(folder.path().join("out")).unwrap();
    let mut child = command.stdout(out).spawn().unwrap();
    let (mut peak, start) = (0, Instant::now());
    let status = loop {
        if let Ok(told) = std::fs::read_to_string(format!("/proc/{}/status", child.id()))
            && let Some(line) = told.lines().find(|line| line.starts_with("VmHWM:"))
        {
            peak = line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap();
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(300), "the import does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let said = std::fs::read_to_string(folder.path().join("out")).unwrap();
    assert!(status.success(), "{said}");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(told["report"]["counts"]["inserted"], ROWS - 1, "{}", told["report"]["counts"]);
    assert_eq!(told["report"]["survey"]["points"], ROWS);
    println!("peak of {} rows: {peak} KiB in {:?}", 2 * ROWS - 1, start.elapsed());
    assert!((1..MOST_KIB).contains(&peak), "{peak} KiB");
}
