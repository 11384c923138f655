//! Reads OpenStreetMap: every wanted layer from one file, streets noded.

use std::collections::HashSet;

use gdal::vector::{Feature, Geometry, LayerAccess, sql};
use gdal::vector::{OGRwkbGeometryType as Ogr, geometry_type_flatten};

use super::crs::SourceCrs;
use super::geometry::Shaper;
use super::open::{Opened, unreadable};
use super::osm_rules::{self, Form, Tags};
use super::problem::IngestError;
use super::report::{Problem, Report};
use super::row::{constants, emptied, fill};
use super::values::{self, Raw};
use super::{Record, Request, Sink, Watch, gdal_raw, noding, said, wkb};
use crate::domain::{LayerDescription, LayerId, Value};

/// A position in OpenStreetMap's own whole numbers.
type Vertex = (i64, i64);

const GDAL_LAYERS: [(&str, Form); 3] = [("multipolygons", Form::Area), ("lines", Form::Line), ("points", Form::Node)];

pub fn read(
    opened: &Opened,
    request: &Request,
    report: &mut Report,
    sink: &mut Sink<'_>,
    watch: &Watch<'_>,
) -> Result<(), IngestError> {
    if let Some(layer) = request.layers.iter().find(|id| !osm_rules::LAYERS.contains(id)) {
        let can = "community, building, gate, facility, street, barrier";
        return Err(IngestError::NotInOsm { layer: layer.name(), can });
    }
    "EPSG:4326 (by the format's definition)".clone_into(&mut report.crs);
    "OpenStreetMap id".clone_into(&mut report.key);
    if let Some(datum) = request.datum {
        report.crs.push_str(&format!(", datum {}", datum.name()));
    }
    let crs = SourceCrs { name: "EPSG:4326".to_owned(), transform: None, is_north_first: false };
    let mut found = Found::default();
    let mut wanted = Vec::new();
    for id in osm_rules::LAYERS.iter().filter(|id| request.layers.contains(id)) {
        let shaper = Shaper::new(id.describe().geometry, &crs, request.datum, request.extent, request.limits);
        let known: Vec<_> =
            request.constants.iter().filter(|(name, _)| id.describe().field(name).is_some()).cloned().collect();
        wanted.push(Wanted {
            layer: id.describe(),
            shaper,
            constants: constants(id.describe(), &known)?,
            records: Vec::new(),
        });
        report.counts_mut(*id);
    }
    for (name, form) in GDAL_LAYERS {
        read_form(opened, name, form, request, &mut wanted, &mut found, report, watch)?;
    }
    if found.nameless > 0 {
        let message = "areas of landuse=residential have no name; no community was made of them";
        report.note_many("nameless_community", message, found.nameless);
    }
    if found.outside > 0 {
        report.note_many("outside_city", "features lie outside the city", found.outside);
    }
    for wanted in wanted {
        let records = if wanted.layer.id == LayerId::Street {
            let before = wanted.records.len();
            let pieces = noding::node(wanted.records);
            report.note(
                "noded",
                format!("{before} streets, split where they share a vertex, make {} pieces", pieces.len()),
            );
            pieces
        } else {
            wanted.records
        };
        for record in records {
            sink(record, report)?;
        }
    }
    Ok(())
}

/// A layer that is taken from the file.
struct Wanted<'a> {
    layer: &'static LayerDescription,
    shaper: Shaper<'a>,
    constants: Vec<Option<Value>>,
    records: Vec<Record>,
}

/// What is found on the way and needed later: outlines come before the nodes on them.
#[derive(Default)]
struct Found {
    compound_edges: HashSet<Vertex>,
    building_edges: HashSet<Vertex>,
    nameless: u64,
    outside: u64,
    rows: u64,
}

#[expect(clippy::too_many_arguments, reason = "one pass over the file touches all of it")]
fn read_form(
    opened: &Opened,
    name: &str,
    form: Form,
    request: &Request,
    wanted: &mut [Wanted<'_>],
    found: &mut Found,
    report: &mut Report,
    watch: &Watch<'_>,
) -> Result<(), IngestError> {
    said::listen();
    // A query names one layer, so the reader does not gather the others in memory.
    let rows = opened.dataset.execute_sql(format!("SELECT * FROM {name}"), None, sql::Dialect::DEFAULT);
    let Some(mut rows) = rows.map_err(|error| unreadable(&opened.path, error))? else { return Ok(()) };
    let columns: Vec<String> =
        gdal_raw::column_names(rows.defn()).iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let mut in_layer = 0;
    for feature in rows.features() {
        found.rows += 1;
        in_layer += 1;
        if found.rows.is_multiple_of(1000) {
            watch.tell(name_of(form), found.rows, 0)?;
        }
        if found.rows > request.limits.features {
            let (found, allowed) = (found.rows, request.limits.features);
            return Err(IngestError::TooLarge { path: opened.path.clone(), found, allowed, unit: "features" });
        }
        let find = |tag: &str| text(&feature, &columns, tag);
        let tags = Tags(&find);
        let Some(key) = key(form, &tags) else { continue };
        let geometry = feature.geometry().filter(|g| g.has_gdal_ptr() && !g.is_empty());
        if let Some(geometry) = geometry {
            found.look(form, &tags, geometry);
        }
        found.nameless += u64::from(osm_rules::is_nameless_community(form, &tags));
        for wanted in wanted.iter_mut() {
            let Some(values) = osm_rules::values(wanted.layer.id, form, &tags) else { continue };
            let Some(geometry) = geometry else {
                let reason = "the shape is missing: nodes or members of it are not in the file";
                report.refuse(wanted.layer.id, found.rows, &key, vec![Problem::geometry("missing", reason)]);
                continue;
            };
            if wanted.layer.id == LayerId::Gate && osm_rules::is_entrance(&tags) && !found.is_on_compound(geometry) {
                continue;
            }
            let is_edge =
                wanted.layer.id == LayerId::Barrier && form == Form::Area && osm_rules::is_edge_barrier(&tags);
            let edge = is_edge.then(|| edge_of(geometry)).flatten();
            wanted.take(edge.as_ref().unwrap_or(geometry), &key, values, found, report);
        }
    }
    let said = said::take();
    if in_layer == 0 && !said.is_empty() {
        // The reader stops at the first thing that it cannot read, and says so only here.
        return Err(unreadable(&opened.path, said.join("; ")));
    }
    for message in said.into_iter().take(5) {
        report.note("reader", message);
    }
    Ok(())
}

fn name_of(form: Form) -> &'static str {
    match form {
        Form::Node => "nodes",
        Form::Line => "ways",
        Form::Area => "areas",
    }
}

fn text<'a>(feature: &'a Feature<'_>, columns: &[String], tag: &str) -> Option<&'a str> {
    let at = columns.iter().position(|column| column == tag)?;
    std::str::from_utf8(gdal_raw::field_bytes(feature, at)?).ok().map(str::trim).filter(|text| !text.is_empty())
}

/// `n1`, `w1`, `r1`: node, way, relation.
fn key(form: Form, tags: &Tags<'_>) -> Option<String> {
    match form {
        Form::Node => tags.get("osm_id").map(|id| format!("n{id}")),
        Form::Line => tags.get("osm_id").map(|id| format!("w{id}")),
        Form::Area => match (tags.get("osm_way_id"), tags.get("osm_id")) {
            (Some(way), _) => Some(format!("w{way}")),
            (None, Some(relation)) => Some(format!("r{relation}")),
            (None, None) => None,
        },
    }
}

fn vertex(x: f64, y: f64) -> Vertex {
    ((x * 1e7).round() as i64, (y * 1e7).round() as i64)
}

impl Found {
    fn look(&mut self, form: Form, tags: &Tags<'_>, geometry: &Geometry) {
        if form == Form::Node {
            return;
        }
        if osm_rules::is_building(tags) {
            each_vertex(geometry, &mut |x, y| {
                self.building_edges.insert(vertex(x, y));
            });
        } else if osm_rules::is_compound(tags) {
            each_vertex(geometry, &mut |x, y| {
                self.compound_edges.insert(vertex(x, y));
            });
        }
    }

    fn is_on_compound(&self, node: &Geometry) -> bool {
        let (x, y, _) = node.get_point(0);
        let at = vertex(x, y);
        self.compound_edges.contains(&at) && !self.building_edges.contains(&at)
    }
}

fn each_vertex(geometry: &Geometry, visit: &mut impl FnMut(f64, f64)) {
    for i in 0..geometry.geometry_count() {
        each_vertex(&geometry.get_geometry(i), visit);
    }
    if matches!(
        geometry_type_flatten(geometry.geometry_type()),
        Ogr::wkbLineString | Ogr::wkbPoint | Ogr::wkbLinearRing
    ) {
        for i in 0..geometry.point_count() {
            let (x, y, _) = geometry.get_point(i as i32);
            visit(x, y);
        }
    }
}

/// The outlines of an area as lines.
fn edge_of(area: &Geometry) -> Option<Geometry> {
    let bytes = area.wkb().ok()?;
    let mut parts = Vec::new();
    wkb::parts(&bytes, &mut parts)?;
    let rings: Vec<Vec<(f64, f64)>> =
        parts.iter().map(|part| (0..part.count).map(|i| wkb::position(&bytes, part, i)).collect()).collect();
    Geometry::from_wkb(&wkb::multi_line(rings.iter().map(Vec::as_slice))).ok()
}

impl Wanted<'_> {
    fn take(
        &mut self,
        geometry: &Geometry,
        key: &str,
        given: osm_rules::Values,
        found: &mut Found,
        report: &mut Report,
    ) {
        let id = self.layer.id;
        let row = found.rows;
        let mut problems = Vec::new();
        let mut values = vec![Value::Null; self.layer.fields.len()];
        if let Some((at, _)) = self.layer.field("code") {
            values[at] = Value::Text(key.into());
        }
        for (name, text) in given {
            let (at, field) = self.layer.field(name).expect("the rules name fields that exist");
            let (value, problem) = values::parse(field, &Raw::Text(&text), 1.0);
            problems.extend(problem.map(|problem| match value.is_null() {
                // Where the field is required, `fill` refuses the row below.
                true => emptied(field, problem).unwrap_or_else(|refused| refused),
                false => problem,
            }));
            values[at] = value;
        }
        let shaped = fill(self.layer, &self.constants, &mut values).and_then(|()| self.shaper.shape(geometry));
        let shaped = match shaped {
            Ok(shaped) => shaped,
            Err(problem) => {
                problems.push(problem);
                report.refuse(id, row, key, problems);
                return;
            }
        };
        found.outside += u64::from(shaped.is_outside_extent);
        // That an area stands for a facility is OpenStreetMap's way, not a fault of the row.
        problems.extend(shaped.problems.into_iter().filter(|problem| problem.code != "point_inside"));
        if problems.is_empty() {
            report.accept(id);
        } else {
            report.mend(id, row, key, problems);
        }
        self.records.push(Record { layer: id, row, key: key.to_owned(), wkb: shaped.wkb, values });
    }
}
