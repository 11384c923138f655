//! A layer of the city as GeoJSON (RFC 7946), one feature a line, marked as invented.

use std::fmt::Write;

use geo::{Coord, Geometry, LineString};

use super::{City, Params};
use crate::domain::LayerId;

/// Counts the changes to the generator: another number may give another city for the same seed.
pub const GENERATOR: &str = "pianqu sample 1";

pub const NOTICE_ZH: &str = "虚构示例数据：所有名称、单位和数字均为程序生成，与真实的资阳市无关";
pub const NOTICE_EN: &str = "Invented sample data: every name, body and number is generated and none is real";

/// The file of a layer, marked as invented.
pub fn collection(city: &City, params: &Params, id: LayerId) -> String {
    let features = city.layer(id);
    let mut out = String::with_capacity(400 + features.len() * 400);
    let head = serde_json::json!({
        "type": "FeatureCollection",
        "name": id.name(),
        "description": format!("{NOTICE_ZH} / {NOTICE_EN}"),
        "pianqu": {
            "is_sample": true,
            "generator": GENERATOR,
            "seed": params.seed,
            "crs": "CGCS2000 (EPSG:4490), longitude and latitude in degrees",
        },
    });
    let head = head.to_string();
    out.push_str(&head[..head.len() - 1]);
    out.push_str(",\"features\":[");
    for (index, feature) in features.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str("{\"type\":\"Feature\",\"properties\":{");
        for (i, (name, value)) in feature.properties.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(out, "{comma}\"{name}\":{}", value.to_json()).expect("writing to a string");
        }
        out.push_str("},\"geometry\":");
        geometry(&mut out, &feature.geometry);
        out.push('}');
    }
    out.push_str("\n]}\n");
    out
}

/// What the server tells of the city at `/api/city`.
pub fn city_json(params: &Params) -> String {
    let zoom = if params.buildings > 50_000 { 11.5 } else { 13.5 };
    let city = serde_json::json!({
        "name_zh": "资阳（虚构示例）",
        "name_en": "Ziyang (invented sample)",
        "center": [super::CENTER.x, super::CENTER.y],
        "zoom": zoom,
        "is_sample": true,
    });
    format!("{city:#}\n")
}

fn geometry(out: &mut String, geometry: &Geometry<f64>) {
    let kind = match geometry {
        Geometry::Point(_) => "Point",
        Geometry::MultiLineString(_) => "MultiLineString",
        _ => "MultiPolygon",
    };
    write!(out, "{{\"type\":\"{kind}\",\"coordinates\":").expect("writing to a string");
    match geometry {
        Geometry::Point(point) => position(out, point.0),
        Geometry::MultiLineString(lines) => list(out, &lines.0, path),
        Geometry::MultiPolygon(areas) => list(out, &areas.0, |out, area| {
            out.push('[');
            path(out, area.exterior());
            out.push(']');
        }),
        other => unreachable!("the sample makes no {other:?}"),
    }
    out.push('}');
}

fn path(out: &mut String, path: &LineString<f64>) {
    list(out, &path.0, |out, at| position(out, *at));
}

fn position(out: &mut String, at: Coord<f64>) {
    write!(out, "[{:.7},{:.7}]", at.x, at.y).expect("writing to a string");
}

fn list<T>(out: &mut String, items: &[T], each: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(out, item);
    }
    out.push(']');
}
