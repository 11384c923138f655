//! A thousand generated filters pass the features that PostGIS finds, on items and on tiles.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use geo::{Coord, Rect};
use pianqu::app::{refresh, sample_data};
use pianqu::domain::{FieldKind, LayerId, Value, Viewer};
use pianqu::geodesy::Crs;
use pianqu::geodesy::tile_grid::Tile;
use pianqu::snapshot::filter::{Filter, FilterLang};
use pianqu::snapshot::{Item, LayerView, ShapeGeometry};
use pianqu::tiles;
use serde_json::{Value as Json, json};

use crate::support::dice::Dice;
use crate::support::{database, mvt};

const FILTERS: usize = 1000;

/// The same condition in three languages.
#[derive(Clone)]
struct Said {
    text: String,
    json: Json,
    sql: String,
}

struct Speaker<'a> {
    dice: Dice,
    view: LayerView<'a>,
}

fn op(name: &str, args: Vec<Json>) -> Json {
    json!({"op": name, "args": args})
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Speaker<'_> {
    fn condition(&mut self, depth: usize) -> Said {
        match self.dice.below(if depth == 0 { 5 } else { 9 }) {
            0 | 1 => self.comparison(),
            2 => self.place(),
            3 => self.time(),
            4 => self.field_test(),
            5 | 6 => self.joined("and", "AND", depth),
            7 => self.joined("or", "OR", depth),
            _ => {
                let inner = self.condition(depth - 1);
                Said {
                    text: format!("NOT ({})", inner.text),
                    json: op("not", vec![inner.json]),
                    sql: format!("(not {})", inner.sql),
                }
            }
        }
    }

    fn joined(&mut self, name: &str, word: &str, depth: usize) -> Said {
        let parts: Vec<Said> = (0..2 + self.dice.below(2)).map(|_| self.condition(depth - 1)).collect();
        let join =
            |of: fn(&Said) -> &String| parts.iter().map(of).cloned().collect::<Vec<_>>().join(&format!(") {word} ("));
        Said {
            text: format!("({})", join(|said| &said.text)),
            json: op(name, parts.iter().map(|said| said.json.clone()).collect()),
            sql: format!("(({}))", join(|said| &said.sql)),
        }
    }

    fn some_item(&mut self) -> &Item {
        let nth = self.dice.below(self.view.len());
        &self.view.items()[nth]
    }

    /// A field, with a value that some feature has in it.
    fn some_value(&mut self) -> (&'static str, FieldKind, Value) {
        let fields: Vec<_> = self.view.fields().collect();
        for _ in 0..200 {
            let (index, field) = *self.dice.pick(&fields);
            let value = self.some_item().values[index].clone();
            if !value.is_null() {
                return (field.name, field.kind, value);
            }
        }
        panic!("the sample knows next to nothing of {}", self.view.describe().name);
    }

    /// Two numbers of the same feature, either of which may not be known.
    fn two_fields(&mut self) -> Option<Said> {
        let is_number = |kind| matches!(kind, FieldKind::Integer { .. } | FieldKind::Number { .. } | FieldKind::Money);
        let numbers: Vec<&str> =
            self.view.fields().filter(|(_, field)| is_number(field.kind)).map(|(_, field)| field.name).collect();
        let [_, _, ..] = numbers.as_slice() else { return None };
        let (a, b) = (*self.dice.pick(&numbers), *self.dice.pick(&numbers));
        let sign = *self.dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
        Some(Said {
            text: format!("{a} {sign} {b}"),
            json: op(sign, vec![json!({"property": a}), json!({"property": b})]),
            sql: format!("({a}::float8 {sign} {b}::float8)"),
        })
    }

    /// A field as a number, computed with or not, and a constant.
    fn comparison(&mut self) -> Said {
        if self.dice.below(6) == 0
            && let Some(said) = self.two_fields()
        {
            return said;
        }
        let (name, kind, value) = self.some_value();
        let sign = *self.dice.pick(&["=", "<>", "<", "<=", ">", ">="]);
        let (left, right) = self.sides(name, kind, &value);
        Said {
            text: format!("{} {sign} {}", left.text, right.text),
            json: op(sign, vec![left.json, right.json]),
            sql: format!("({} {sign} {})", left.sql, right.sql),
        }
    }

    fn sides(&mut self, name: &str, kind: FieldKind, value: &Value) -> (Said, Said) {
        let field = Said { text: name.to_owned(), json: json!({"property": name}), sql: name.to_owned() };
        match (kind, value) {
            (FieldKind::Boolean, Value::Boolean(truth)) => {
                (field, Said { text: truth.to_string().to_uppercase(), json: json!(truth), sql: truth.to_string() })
            }
            (FieldKind::Date, Value::Date(day)) => {
                let literal = Said {
                    text: format!("DATE('{day}')"),
                    json: json!({"date": day.to_string()}),
                    sql: format!("date '{day}'"),
                };
                (field, literal)
            }
            (_, Value::Text(text)) => {
                let folded = self.dice.below(3) == 0;
                let field = Said { sql: format!("{name} collate \"C\""), ..field };
                let literal = Said { text: quoted(text), json: json!(text.as_ref()), sql: quoted(text) };
                if !folded {
                    return (field, literal);
                }
                let fold = |said: Said| Said {
                    text: format!("CASEI({})", said.text),
                    json: op("casei", vec![said.json]),
                    sql: format!("lower({})", said.sql),
                };
                (fold(field), fold(literal))
            }
            (_, number) => {
                let n = number.as_f64().expect("a number");
                let field = Said { sql: format!("{name}::float8"), ..field };
                let literal = |n: f64| Said { text: format!("{n}"), json: json!(n), sql: format!("({n}::float8)") };
                if self.dice.below(3) > 0 {
                    return (field, literal(n));
                }
                let (sign, by) = (*self.dice.pick(&["+", "-", "*", "/", "div"]), 1.0 + self.dice.below(7) as f64);
                let computed = Said {
                    text: format!("({} {} {by})", field.text, sign.to_uppercase()),
                    json: op(sign, vec![field.json, json!(by)]),
                    sql: match sign {
                        "div" => format!("trunc({} / {by}::float8)", field.sql),
                        _ => format!("({} {sign} {by}::float8)", field.sql),
                    },
                };
                let expected = match sign {
                    "+" => n + by,
                    "-" => n - by,
                    "/" => n / by,
                    "div" => (n / by).trunc(),
                    _ => n * by,
                };
                (computed, literal(expected))
            }
        }
    }

    /// IS NULL, IN, BETWEEN, LIKE.
    fn field_test(&mut self) -> Said {
        let (name, kind, value) = self.some_value();
        let is_not = self.dice.below(3) == 0;
        let said = match self.dice.below(4) {
            0 => Said {
                text: format!("{name} IS NULL"),
                json: op("isNull", vec![json!({"property": name})]),
                sql: format!("({name} is null)"),
            },
            1 => {
                let (field, first) = self.sides_plain(name, kind, &value);
                let (_, second) = {
                    let index = self.view.describe().field(name).expect("a field").0;
                    let other = self.some_item().values[index].clone();
                    self.sides_plain(name, kind, if other.is_null() { &value } else { &other })
                };
                Said {
                    text: format!("{} IN ({}, {})", field.text, first.text, second.text),
                    json: op("in", vec![field.json, json!([first.json, second.json])]),
                    sql: format!("({} in ({}, {}))", field.sql, first.sql, second.sql),
                }
            }
            2 => {
                let (field, low) = self.sides_plain(name, kind, &value);
                Said {
                    text: format!("{} BETWEEN {} AND {}", field.text, low.text, low.text),
                    json: op("between", vec![field.json, low.json.clone(), low.json]),
                    sql: format!("({} between {} and {})", field.sql, low.sql, low.sql),
                }
            }
            _ => match value.as_text() {
                None => self.comparison(),
                Some(text) => {
                    let start: String = text.chars().take(1 + self.dice.below(3)).collect();
                    let start = start.replace(['%', '_', '\\'], "_");
                    let pattern = match self.dice.below(3) {
                        0 => format!("{start}%"),
                        1 => format!("%{start}%"),
                        _ => format!("_{start}%"),
                    };
                    Said {
                        text: format!("{name} LIKE {}", quoted(&pattern)),
                        json: op("like", vec![json!({"property": name}), json!(pattern)]),
                        sql: format!("({name} like {})", quoted(&pattern)),
                    }
                }
            },
        };
        if !is_not {
            return said;
        }
        Said {
            text: format!("NOT ({})", said.text),
            json: op("not", vec![said.json]),
            sql: format!("(not {})", said.sql),
        }
    }

    fn sides_plain(&mut self, name: &str, kind: FieldKind, value: &Value) -> (Said, Said) {
        // Drawn until nothing is computed or folded: both sides of IN and BETWEEN stay as they are.
        loop {
            let (field, literal) = self.sides(name, kind, value);
            if field.text == name {
                return (field, literal);
            }
        }
    }

    fn place(&mut self) -> Said {
        const RELATIONS: [(&str, &str); 8] = [
            ("s_intersects", "st_intersects"),
            ("s_disjoint", "st_disjoint"),
            ("s_equals", "st_equals"),
            ("s_touches", "st_touches"),
            ("s_crosses", "st_crosses"),
            ("s_within", "st_within"),
            ("s_contains", "st_contains"),
            ("s_overlaps", "st_overlaps"),
        ];
        let (name, function) = *self.dice.pick(&RELATIONS);
        let wkt = match self.dice.below(4) {
            0 => wkt_of(self.some_item()),
            _ => self.some_shape(),
        };
        let wkt = if wkt.len() > 4000 { self.some_shape() } else { wkt };
        let json = geojson_of(&wkt);
        let own = || json!({"property": "geometry"});
        let (text_own, sql_own) = ("geometry", "geom");
        let sql_given = format!("st_geomfromtext('{wkt}', 4490)");
        let upper = name.to_uppercase();
        if self.dice.below(4) == 0 {
            return Said {
                text: format!("{upper}({wkt}, {text_own})"),
                json: op(name, vec![json, own()]),
                sql: format!("{function}({sql_given}, {sql_own})"),
            };
        }
        Said {
            text: format!("{upper}({text_own}, {wkt})"),
            json: op(name, vec![own(), json]),
            sql: format!("{function}({sql_own}, {sql_given})"),
        }
    }

    /// A triangle, a box or a line about where a feature lies.
    fn some_shape(&mut self) -> String {
        let middle = self.some_item().bounds().center();
        let size = [0.0002, 0.002, 0.02, 0.1][self.dice.below(4)];
        let mut at = || {
            let mut off = || (self.dice.below(2001) as f64 / 1000.0 - 1.0) * size;
            Coord { x: middle.x + off(), y: middle.y + off() }
        };
        let (a, b, c) = (at(), at(), at());
        let show =
            |points: &[Coord<f64>]| points.iter().map(|p| format!("{} {}", p.x, p.y)).collect::<Vec<_>>().join(", ");
        match self.dice.below(3) {
            0 => format!("LINESTRING({})", show(&[a, b, c])),
            1 => format!("POLYGON(({}))", show(&[a, b, c, a])),
            _ => {
                let (w, e, s, n) = (a.x.min(b.x), a.x.max(b.x), a.y.min(b.y), a.y.max(b.y));
                let corner = |x, y| Coord { x, y };
                let ring = [corner(w, s), corner(e, s), corner(e, n), corner(w, n), corner(w, s)];
                format!("POLYGON(({}))", show(&ring))
            }
        }
    }

    fn time(&mut self) -> Said {
        let days: Vec<&'static str> = self
            .view
            .fields()
            .filter(|(_, field)| field.kind == FieldKind::Date)
            .map(|(_, field)| field.name)
            .collect();
        if days.is_empty() || self.dice.below(4) == 0 {
            let at = self.some_item().updated_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let (name, sign) = *self.dice.pick(&[("t_after", ">"), ("t_before", "<"), ("t_equals", "=")]);
            return Said {
                text: format!("{}(updated_at, TIMESTAMP('{at}'))", name.to_uppercase()),
                json: op(name, vec![json!({"property": "updated_at"}), json!({"timestamp": at})]),
                sql: format!("(updated_at {sign} timestamptz '{at}')"),
            };
        }
        let (from, to) = (days[0], *days.last().expect("a day"));
        let start = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
        let mut start = start + chrono::Days::new(self.dice.below(500) as u64);
        let mut end = start + chrono::Days::new(1 + self.dice.below(200) as u64);
        // Half of the time the ends are those of some feature, so that equal ends happen.
        let day_of = |item: &Item, name: &str| match item.values[self.view.describe().field(name).expect("a field").0] {
            Value::Date(day) => Some(day),
            _ => None,
        };
        let of_feature = (self.dice.below(2) == 0).then(|| self.dice.below(self.view.len()));
        if let Some(item) = of_feature.map(|nth| &self.view.items()[nth])
            && let (Some(first), Some(last)) = (day_of(item, from), day_of(item, to))
        {
            (start, end) = match self.dice.below(4) {
                0 => (first, last.max(first + chrono::Days::new(1))),
                1 => (first, first + chrono::Days::new(200)),
                2 => (last, last + chrono::Days::new(100)),
                _ => (first - chrono::Days::new(100), last),
            };
        }
        let (name, sql) = *self.dice.pick(&[
            ("t_intersects", "a0 <= b1 and a1 >= b0"),
            ("t_disjoint", "not (a0 <= b1 and a1 >= b0)"),
            ("t_before", "a1 < b0"),
            ("t_after", "a0 > b1"),
            ("t_during", "a0 > b0 and a1 < b1"),
            ("t_contains", "a0 < b0 and a1 > b1"),
            ("t_overlaps", "a0 < b0 and a1 > b0 and a1 < b1"),
            ("t_overlappedBy", "a0 > b0 and a0 < b1 and a1 > b1"),
            ("t_startedBy", "a0 = b0 and a1 > b1"),
            ("t_finishes", "a0 > b0 and a1 = b1"),
            ("t_starts", "a0 = b0 and a1 < b1"),
            ("t_finishedBy", "a0 < b0 and a1 = b1"),
            ("t_meets", "a1 = b0"),
            ("t_metBy", "a0 = b1"),
            ("t_equals", "a0 = b0 and a1 = b1"),
        ]);
        let sql = sql
            .replace("a0", from)
            .replace("a1", to)
            .replace("b0", &format!("date '{start}'"))
            .replace("b1", &format!("date '{end}'"));
        let property = |name: &str| json!({"property": name});
        Said {
            text: format!("{}(INTERVAL({from}, {to}), INTERVAL('{start}', '{end}'))", name.to_uppercase()),
            json: op(
                name,
                vec![
                    json!({"interval": [property(from), property(to)]}),
                    json!({"interval": [start.to_string(), end.to_string()]}),
                ],
            ),
            sql: format!("(case when {from} is null or {to} is null then null else {sql} end)"),
        }
    }
}

fn wkt_of(item: &Item) -> String {
    let points = |line: &geo::LineString<f64>| {
        let points: Vec<String> = line.0.iter().map(|p| format!("{} {}", p.x, p.y)).collect();
        format!("({})", points.join(", "))
    };
    match item.shape.geometry() {
        ShapeGeometry::Point(point) => format!("POINT({} {})", point.x(), point.y()),
        ShapeGeometry::Lines(lines) => {
            let lines: Vec<String> = lines.iter().map(points).collect();
            format!("MULTILINESTRING({})", lines.join(", "))
        }
        ShapeGeometry::Areas(areas) => {
            let mut text = String::new();
            for area in areas {
                let rings: Vec<String> = std::iter::once(area.exterior()).chain(area.interiors()).map(points).collect();
                let comma = if text.is_empty() { "" } else { ", " };
                write!(text, "{comma}({})", rings.join(", ")).expect("a text");
            }
            format!("MULTIPOLYGON({text})")
        }
    }
}

/// By nothing but brackets, so that it owes nothing to the parser under test.
fn geojson_of(wkt: &str) -> Json {
    let (tag, rest) = wkt.split_once('(').expect("a bracket");
    let mut coordinates = String::from("(");
    coordinates.push_str(rest);
    let is_point = tag == "POINT";
    let mut out = String::new();
    for part in coordinates.split_inclusive(['(', ')', ',']) {
        let (body, end) = part.split_at(part.len() - 1);
        let numbers: Vec<&str> = body.split_whitespace().collect();
        if !numbers.is_empty() {
            write!(out, "[{}]", numbers.join(",")).expect("a text");
        }
        out.push_str(match end {
            "(" => "[",
            ")" => "]",
            comma => comma,
        });
    }
    let coordinates: Json = serde_json::from_str(&out).expect(&out);
    let kind = match tag {
        "POINT" => "Point",
        "LINESTRING" => "LineString",
        "POLYGON" => "Polygon",
        "MULTILINESTRING" => "MultiLineString",
        _ => "MultiPolygon",
    };
    let coordinates = if is_point { coordinates[0].clone() } else { coordinates };
    json!({"type": kind, "coordinates": coordinates})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_filters_pass_what_postgis_finds() {
    let db = database().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data");
    sample_data::load(&db.store, &folder, true).await.unwrap();
    let (snapshot, _) = refresh::load(&db.store).await.unwrap();
    let client = db.store.connect_raw().await.unwrap();
    let layers = [
        LayerId::Community,
        LayerId::UtilityWork,
        LayerId::Street,
        LayerId::Facility,
        LayerId::Gate,
        LayerId::UtilityLine,
    ];
    let mut dice = Dice::new(20_201_231);
    let (mut some, mut on_tiles) = (0, 0);
    for nth in 0..FILTERS {
        let layer = layers[nth % layers.len()];
        let view = snapshot.layer(layer, Viewer::Everything).unwrap();
        let mut speaker = Speaker { dice, view };
        let said = speaker.condition(2);
        let middle = speaker.some_item().bounds().center();
        dice = speaker.dice;

        let sql = format!("select {0}_id from {0} where {1}", layer.name(), said.sql);
        let rows = client.query(&sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let theirs: BTreeSet<i64> = rows.iter().map(|row| row.get(0)).collect();
        for (lang, text) in [(FilterLang::Text, said.text.clone()), (FilterLang::Json, said.json.to_string())] {
            let filter = Filter::read(&text, lang, layer.describe(), Viewer::Everything, Crs::Crs84, 10_000)
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            let ours: BTreeSet<i64> =
                view.items().iter().filter(|item| filter.passes(item)).map(|item| item.id).collect();
            let odd: Vec<_> = ours.symmetric_difference(&theirs).take(5).collect();
            assert!(odd.is_empty(), "{layer} {odd:?}\n{text}\n{sql}");
            if let Some(bounds) = filter.bounds() {
                let found: BTreeSet<i64> = view.in_box(bounds).map(|item| item.id).collect();
                assert!(ours.is_subset(&found), "the box of a filter must hold what passes: {text}");
            }
            // A tile of the filter is the tile of everything without what PostGIS does not find.
            let tile = Tile::showing(Rect::new(middle, middle), 15, 0.0).next().unwrap();
            let set = [layer].into_iter().collect();
            let ids = |bytes: Option<Vec<u8>>| -> BTreeSet<i64> {
                let layers = bytes.map(|bytes| mvt::decode(&bytes)).unwrap_or_default();
                layers.iter().flat_map(|layer| &layer.features).filter_map(|f| f.id.map(|id| id as i64)).collect()
            };
            let whole = ids(tiles::encode(&snapshot, Viewer::Everything, set, tile));
            let filtered = ids(tiles::encode_filtered(&snapshot, Viewer::Everything, set, tile, &filter));
            assert_eq!(filtered, &whole & &theirs, "{layer} in {tile:?}: {text}");
            on_tiles += filtered.len();
        }
        some += usize::from(!theirs.is_empty() && theirs.len() < view.len());
    }
    println!("{some} of {FILTERS} filters parted the features; {on_tiles} features on tiles");
    assert!(some > FILTERS / 3, "too many filters pass all or nothing: {some}");
    assert!(on_tiles > FILTERS);
}
