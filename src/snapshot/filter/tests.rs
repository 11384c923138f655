use chrono::DateTime;
use geo::{Geometry, point};

use super::*;
use crate::domain::{LayerId, Value};
use crate::snapshot::Shape;

fn read(layer: LayerId, text: &str) -> Result<Filter, FilterError> {
    let lang = if text.starts_with('{') { FilterLang::Json } else { FilterLang::Text };
    Filter::read(text, lang, layer.describe(), Viewer::Everything, Crs::Crs84, 100)
}

/// A gate at 104.65, 30.12.
fn gate(values: &[(&str, Value)]) -> Item {
    let fields = LayerId::Gate.describe().fields;
    let value = |name: &str| values.iter().find(|(given, _)| *given == name).map_or(Value::Null, |(_, v)| v.clone());
    Item {
        id: 7,
        version: 1,
        updated_at: DateTime::UNIX_EPOCH,
        source: None,
        shape: Shape::new(Geometry::Point(point!(x: 104.65, y: 30.12))).unwrap(),
        values: fields.iter().map(|field| value(field.name)).collect(),
    }
}

fn passes(text: &str) -> bool {
    let item = gate(&[("name", Value::Text("东门 East".into()))]);
    read(LayerId::Gate, text).unwrap_or_else(|error| panic!("{text}: {error}")).passes(&item)
}

fn refused(text: &str) -> String {
    read(LayerId::Gate, text).expect_err(text).to_string()
}

#[test]
fn texts_numbers_and_logic() {
    for yes in [
        "name = '东门 East'",
        "name <> '西门' AND id = 7",
        "NOT name = '西门' OR FALSE",
        "'it''s' <> name AND 'it''s' LIKE 'it''_'",
        "name LIKE '东_ %'",
        "CASEI(name) LIKE CASEI('%EAST')",
        "name IN ('a', '东门 East')",
        "id BETWEEN 7 AND 7",
        "(id + 1) * 2 = 16 AND -id < 0 AND 2 ^ 3 = 8 AND id DIV 2 = 3 AND id % 4 = 3",
        "name IS NOT NULL",
        r#"{"op":"and","args":[{"op":"=","args":[{"property":"id"},7]},{"op":"like","args":[{"property":"name"},"东%"]}]}"#,
        r#"{"op":"in","args":[{"property":"id"},[1,7]]}"#,
        r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"name"}]}]}"#,
    ] {
        assert!(passes(yes), "{yes}");
    }
    for no in ["name = '东门'", "id NOT IN (7)", "id NOT BETWEEN 1 AND 9", "name NOT LIKE '%'", "id / 0 = 1"] {
        assert!(!passes(no), "{no}");
    }
}

#[test]
fn what_is_not_known_passes_neither_way() {
    let nameless = gate(&[]);
    for text in ["name = 'a'", "NOT name = 'a'", "name <> 'a'", "name IN ('a')", "name NOT IN ('a')", "name LIKE '%'"] {
        assert!(!read(LayerId::Gate, text).unwrap().passes(&nameless), "{text}");
    }
    assert!(read(LayerId::Gate, "name IS NULL").unwrap().passes(&nameless));
    assert!(read(LayerId::Gate, "name = 'a' OR id = 7").unwrap().passes(&nameless));
}

#[test]
fn places() {
    for yes in [
        "S_INTERSECTS(geometry, BBOX(104.6, 30.1, 104.7, 30.2))",
        "S_WITHIN(geometry, POLYGON((104 30, 105 30, 105 31, 104 31, 104 30)))",
        "S_CONTAINS(POLYGON((104 30, 105 30, 105 31, 104 31, 104 30)), geometry)",
        "S_DISJOINT(geometry, LINESTRING(0 0, 1 1))",
        "S_EQUALS(geometry, POINT(104.65 30.12))",
        "S_TOUCHES(geometry, LINESTRING(104.65 30.12, 105 31))",
        r#"{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[104.6,30.1,104.7,30.2]}]}"#,
        r#"{"op":"s_equals","args":[{"property":"geometry"},{"type":"Point","coordinates":[104.65,30.12]}]}"#,
    ] {
        assert!(passes(yes), "{yes}");
    }
    assert!(!passes("S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))"));
    let box_ = |text| read(LayerId::Gate, text).unwrap().bounds();
    assert!(box_("id > 3 AND S_WITHIN(geometry, BBOX(1,1,2,2))").is_some());
    assert!(box_("id > 3 OR S_WITHIN(geometry, BBOX(1,1,2,2))").is_none());
    assert!(box_("NOT S_WITHIN(geometry, BBOX(1,1,2,2))").is_none());
}

#[test]
fn the_same_place_in_every_system() {
    for crs in Crs::ALL {
        let [a, b] = crs.to_axes(geo::Coord { x: 104.6, y: 30.1 });
        let [c, d] = crs.to_axes(geo::Coord { x: 104.7, y: 30.2 });
        let text = format!("S_INTERSECTS(geometry, BBOX({a}, {b}, {c}, {d}))");
        let filter =
            Filter::read(&text, FilterLang::Text, LayerId::Gate.describe(), Viewer::Everything, crs, 100).unwrap();
        assert!(filter.passes(&gate(&[])), "{crs}");
    }
}

#[test]
fn times() {
    for yes in [
        "T_BEFORE(updated_at, TIMESTAMP('2026-01-01T00:00:00Z'))",
        "T_DURING(updated_at, INTERVAL('..', '2026-01-01T00:00:00Z'))",
        "T_INTERSECTS(updated_at, INTERVAL('1970-01-01T00:00:00Z', '..'))",
        "T_STARTS(updated_at, INTERVAL(updated_at, '..'))",
        "updated_at < TIMESTAMP('2026-01-01T00:00:00Z')",
        "T_MEETS(INTERVAL('2020-01-01', '2020-02-01'), INTERVAL('2020-02-01', '2020-03-01'))",
        r#"{"op":"t_before","args":[{"property":"updated_at"},{"timestamp":"2026-01-01T00:00:00Z"}]}"#,
        r#"{"op":"t_overlaps","args":[{"interval":["2020-01-01","2020-02-10"]},{"interval":["2020-02-01",".."]}]}"#,
    ] {
        assert!(passes(yes), "{yes}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (text, at) in [
        ("name = ", "character 8"),
        ("name == 'a'", "character 7"),
        ("name = 'a", "character 8"),
        ("名 = 'a'", "character 1: «名» is no property"),
        ("name = 'a' extra", "character 12"),
        ("name = 7", "character 8: a number cannot be compared with a text"),
        ("id LIKE 'a'", "character 1"),
        ("name", "character 1: a condition is expected"),
        ("updated_at > '2020-01-01'", "write TIMESTAMP"),
        ("frobnicate(id) = 1", "no function"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))", "character 24: the geometry is not valid"),
        ("S_INTERSECTS(geometry, POINT(30 104))", "nowhere on Earth"),
        ("name = 'a' § 3", "character 12"),
        ("id = 99999999999999999999999999999e999", "not a number"),
        (r#"{"op":"=","args":[{"property":"id"},"7"]}"#, "/args/1: a text cannot be compared"),
        (r#"{"op":"=","args":[{"property":"id"}]}"#, "takes 2 arguments, and here are 1"),
        (r#"{"op":"="}"#, "/args: must be a list"),
        (r#"{"op":"=" "args""#, "character 11: this is not JSON"),
    ] {
        assert!(refused(text).contains(at), "{text}: {}", refused(text));
    }
}

#[test]
fn a_hostile_filter_is_refused_and_costs_no_stack() {
    let many = |n: usize, open: &str, inner: &str, close: &str| open.repeat(n) + inner + &close.repeat(n);
    assert!(refused(&many(10_000, "(", "id = 7", ")")).contains("deep"));
    assert!(refused(&many(10_000, "NOT ", "id = 7", "")).contains("deep"));
    assert!(refused(&many(10_000, "-", "1", " = 1")).contains("deep"));
    assert!(refused(&format!("id = 1{}", " + 1".repeat(1000))).contains("deep"));
    assert!(refused(&format!("id = 1{}", " OR id = 1".repeat(5000))).contains("more than 4000 parts"));
    assert!(refused(&many(10_000, r#"{"op":"not","args":["#, "true", "]}")).contains("recursion limit"));
    let line = (0..200).map(|i| format!("{} 0", i as f64 / 10.0)).collect::<Vec<_>>().join(",");
    assert!(refused(&format!("S_INTERSECTS(geometry, LINESTRING({line}))")).contains("vertices"));
}

#[test]
fn the_public_cannot_ask_for_what_it_may_not_see() {
    let public = |text: &str| {
        Filter::read(text, FilterLang::Text, LayerId::Community.describe(), Viewer::Public, Crs::Crs84, 100)
    };
    let hidden = LayerId::Community.describe().fields.iter().find(|field| !Viewer::Public.may_see(field.audience));
    let hidden = hidden.expect("an internal field of a community").name;
    assert!(public(&format!("{hidden} IS NULL")).unwrap_err().detail.contains("is no property"));
}
