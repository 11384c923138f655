//! Reads one layer of a file, row by row, in whatever format it is.

use std::collections::HashMap;

use gdal::Dataset;
use gdal::Metadata;
use gdal::vector::{Feature, Geometry, LayerAccess, OGRFieldType, OwnedLayer};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::columns::{self, Columns, plain};
use super::crs::{self, Claims};
use super::encoding::{self, TextEncoding};
use super::geometry::{Shaped, Shaper};
use super::key::{self, Key};
use super::open::{Opened, unreadable};
use super::problem::IngestError;
use super::report::{Problem, Report};
use super::row::RowReader;
use super::{Record, Request, Sink, Watch, gdal_raw, noding, said, wkb, workbook};
use crate::domain::{GeometryKind, LayerDescription, Value};

/// Rows that are looked at before the first is taken.
const SAMPLE_ROWS: usize = 1000;
/// Rows among which values are looked for that show what a column holds, and how much is shown of it.
const SHOWN_ROWS: usize = 50;
const SHOWN_VALUES: usize = 3;
const SHOWN_CHARS: usize = 40;
/// Progress is told each so many rows.
const TELL_EVERY: u64 = 1000;
/// As many points on one place are no coincidence.
const STACKED: u32 = 5;

pub fn read(
    opened: Opened,
    request: &Request,
    report: &mut Report,
    sink: &mut Sink<'_>,
    watch: &Watch<'_>,
) -> Result<(), IngestError> {
    let [id] = request.layers[..] else { return Err(IngestError::OneLayerOnly) };
    let description = id.describe();
    // Named first, so that it ends last: the layer reads from it.
    let Opened { memory: _memory, dataset, driver, text, path, wanted, .. } = opened;
    let workbook = (driver == "XLSX").then(|| dataset.description().unwrap_or_default());
    let mut layer = pick(dataset, wanted.as_deref(), request, report)?;
    if let Some(workbook) = workbook {
        workbook::refuse_merged(&path, &workbook, &report.source_layer)?;
    }
    let names = column_names(&layer, text);
    let columns = columns::plan(description, &names, &request.map, driver == "ESRI Shapefile")?;
    report.columns.clone_from(&columns.report);
    sample_values(&mut layer, text, report);
    let place = Place::find(&layer, &names)?;
    for at in place.columns() {
        let told = &mut report.columns[at];
        if told.field.is_none() {
            told.field = Some("geometry");
            told.why.clear();
        }
    }
    require_columns(description, &columns, request, &names)?;

    let claims = Claims {
        declared: layer.spatial_ref(),
        asked: request.crs.as_deref(),
        is_datum_known: request.datum.is_some(),
        is_north_first: request.is_north_first,
        extent: request.extent,
    };
    let middle = sample_middle(&mut layer, &place, text);
    let (crs, by) = crs::resolve(claims, middle)?;
    report.crs = match request.datum {
        Some(datum) => format!("{} ({by}), datum {}", crs.name, datum.name()),
        None => format!("{} ({by})", crs.name),
    };
    let (key, told) = key::choose(&mut layer, description, &columns, &names, request.key.as_deref())?;
    report.key = told;

    let too_many =
        |found| IngestError::TooLarge { path: path.clone(), found, allowed: request.limits.features, unit: "rows" };
    let total = layer.try_feature_count().filter(|count| *count < u64::MAX / 2).unwrap_or(0);
    if total > request.limits.features {
        return Err(too_many(total));
    }
    let kinds: Vec<OGRFieldType::Type> = layer.defn().fields().map(|field| field.field_type()).collect();
    let reader = RowReader::new(description, &columns, &kinds, text, request)?;
    let shaper = Shaper::new(description.geometry, &crs, request.datum, request.extent, request.limits);
    let is_unique = key != Key::Content && request.key.is_none();
    let kept = |at: usize| {
        columns.mapped.iter().any(|column| column.index == at)
            || place.columns().contains(&at)
            || key == Key::Column(at)
    };
    gdal_raw::read_only(&layer, kept, true);
    let mut rows = Rows { reader, shaper, place, key, is_unique, tally: Tally::default(), seen: HashMap::new() };
    let mut held = Vec::new();
    let mut row: u64 = 0;
    said::listen();
    for feature in layer.features() {
        row += 1;
        if row.is_multiple_of(TELL_EVERY) {
            watch.tell("read", row, total)?;
        }
        if row > request.limits.features {
            return Err(too_many(row));
        }
        let Some(record) = rows.take(&feature, row, report) else { continue };
        if request.is_noded { held.push(record) } else { sink(record, report)? }
    }
    if row < total {
        let why = format!("the file announces {total} rows; {}", said::take_line());
        return Err(IngestError::Read { layer: report.source_layer.clone(), row: row + 1, why });
    }
    if request.is_noded {
        let before = held.len();
        let pieces = noding::node(held);
        let message = format!("{before} lines were split where another line shares a vertex, into {}", pieces.len());
        report.note("noded", message);
        for record in pieces {
            sink(record, report)?;
        }
    }
    rows.tally.tell(report);
    watch.tell("read", row, row)
}

/// Everything that is needed to take one row after the other.
struct Rows<'a> {
    reader: RowReader<'a>,
    shaper: Shaper<'a>,
    place: Place,
    key: Key,
    is_unique: bool,
    tally: Tally,
    /// Hashes of the keys with their rows, where the key may repeat.
    seen: HashMap<u64, u64>,
}

impl Rows<'_> {
    /// The record of a row; `None` when it was refused. The report is told either way.
    fn take(&mut self, feature: &Feature<'_>, row: u64, report: &mut Report) -> Option<Record> {
        let id = self.reader.layer.id;
        let identity = match self.key {
            Key::Column(at) => gdal_raw::field_bytes(feature, at).and_then(|b| key::of_value(b, self.reader.text)),
            Key::RowNumber => feature.fid().map(|fid| fid.to_string()),
            Key::Content => None,
        };
        let mut problems = Vec::new();
        match self.record(feature, row, identity.as_deref(), &mut problems) {
            Ok(record) if problems.is_empty() => {
                report.accept(id);
                Some(record)
            }
            Ok(record) => {
                report.mend(id, row, identity.as_deref().unwrap_or_default(), problems);
                Some(record)
            }
            Err(problem) => {
                problems.push(problem);
                report.refuse(id, row, identity.as_deref().unwrap_or_default(), problems);
                None
            }
        }
    }

    fn record(
        &mut self,
        feature: &Feature<'_>,
        row: u64,
        identity: Option<&str>,
        problems: &mut Vec<Problem>,
    ) -> Result<Record, Problem> {
        let values = self.reader.values(feature, problems)?;
        let shaped = match &self.place {
            Place::Geometry => match feature.geometry() {
                Some(geometry) if geometry.has_gdal_ptr() => self.shaper.shape(geometry)?,
                _ => return Err(no_shape()),
            },
            columns => self.shaper.shape(&columns.geometry(feature, self.reader.text)?)?,
        };
        let key = match (identity, self.key) {
            (Some(key), _) => key.to_owned(),
            (None, Key::Content) => content_key(&shaped.wkb, &values),
            (None, _) => return Err(Problem::new("no_key", "key", "", "the row has no value in the key column")),
        };
        if !self.is_unique {
            let first = *self.seen.entry(xxh3_64(key.as_bytes())).or_insert(row);
            if first != row {
                let reason = format!("row {first} has the same key; that one is taken");
                return Err(Problem::new("repeated_key", "key", &key, reason));
            }
        }
        self.tally.look(&shaped, row, self.shaper.kind);
        problems.extend(shaped.problems);
        Ok(Record { layer: self.reader.layer.id, row, key, wkb: shaped.wkb, values })
    }
}

fn no_shape() -> Problem {
    let said = said::take_line();
    let reason =
        if said.is_empty() { "the row has no shape".to_owned() } else { format!("the row has no shape: {said}") };
    Problem::geometry("missing", reason)
}

/// Shape and values as a key, for rows that nothing else identifies.
fn content_key(wkb: &[u8], values: &[Value]) -> String {
    let mut hash = Xxh3::new();
    hash.update(wkb);
    for value in values {
        hash.update(format!("{value:?}").as_bytes());
        hash.update(&[0]);
    }
    format!("content:{:032x}", hash.digest128())
}

/// The layer to be read: the one that is wanted, or the only one that can be meant.
pub fn pick(
    dataset: Dataset,
    wanted: Option<&str>,
    request: &Request,
    report: &mut Report,
) -> Result<OwnedLayer, IngestError> {
    let mut names = Vec::new();
    let mut with_shape = Vec::new();
    for layer in dataset.layers() {
        if layer.defn().geom_fields().next().is_some() {
            with_shape.push(layer.name());
        }
        names.push(layer.name());
    }
    let is_member = |wanted: &str| {
        std::path::Path::new(&dataset.description().unwrap_or_default()).file_name().is_some_and(|n| n == wanted)
    };
    let chosen = match wanted {
        Some(wanted) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
        // The only file of an archive can be named as well.
        Some(wanted) if names.len() == 1 && is_member(wanted) => names[0].clone(),
        Some(wanted) => return Err(IngestError::NoSuchLayer { wanted: wanted.to_owned(), has: names }),
        None => match (names.as_slice(), with_shape.as_slice()) {
            ([], _) => return Err(IngestError::NoLayer),
            ([one], _) | (_, [one]) => one.clone(),
            _ => return Err(IngestError::WhichLayer(names)),
        },
    };
    // Two layers of one file have keys of their own.
    if names.len() > 1 && request.source.is_none() {
        report.source = format!("{}#{chosen}", report.source);
    }
    report.source_layer.clone_from(&chosen);
    dataset.into_layer_by_name(&chosen).map_err(|error| unreadable(&request.path, error))
}

pub fn column_names(layer: &impl LayerAccess, text: TextEncoding) -> Vec<String> {
    let names = gdal_raw::column_names(layer.defn());
    let name = |raw: &Vec<u8>| match encoding::decode(text.encoding, raw) {
        Some(name) => name.into_owned(),
        None => String::from_utf8_lossy(raw).into_owned(),
    };
    names.iter().map(name).collect()
}

/// A required field needs a column, or a value that is given for all rows.
pub fn require_columns(
    layer: &'static LayerDescription,
    columns: &Columns,
    request: &Request,
    names: &[String],
) -> Result<(), IngestError> {
    for (position, field) in layer.fields.iter().enumerate() {
        let has_column = columns.mapped.iter().any(|column| column.field == position);
        let is_given = request.constants.iter().any(|(name, _)| name == field.name);
        if field.is_required && !has_column && !is_given {
            return Err(IngestError::RequiredFieldMissing {
                layer: layer.name,
                field: field.name,
                title: field.title.zh,
                has: names.to_vec(),
            });
        }
    }
    Ok(())
}

/// The middle of the first rows: the median, which a few strays do not move.
fn sample_middle(layer: &mut OwnedLayer, place: &Place, text: TextEncoding) -> Option<(f64, f64)> {
    let mut xs = Vec::new();
    let mut ys = Vec::new();
    for feature in layer.features().take(SAMPLE_ROWS) {
        let built;
        let geometry = match place {
            Place::Geometry => feature.geometry().filter(|g| g.has_gdal_ptr()),
            columns => {
                built = columns.geometry(&feature, text).ok();
                built.as_ref()
            }
        };
        let Some(geometry) = geometry.filter(|g| !g.is_empty()) else { continue };
        let envelope = geometry.envelope();
        let middle = ((envelope.MinX + envelope.MaxX) / 2.0, (envelope.MinY + envelope.MaxY) / 2.0);
        if middle.0.is_finite() && middle.1.is_finite() {
            xs.push(middle.0);
            ys.push(middle.1);
        }
    }
    layer.reset_feature_reading();
    xs.sort_by(f64::total_cmp);
    ys.sort_by(f64::total_cmp);
    Some((*xs.get(xs.len() / 2)?, *ys.get(ys.len() / 2)?))
}

/// Notes the first different values of each column.
pub fn sample_values(layer: &mut OwnedLayer, text: TextEncoding, report: &mut Report) {
    for feature in layer.features().take(SHOWN_ROWS) {
        for (at, column) in report.columns.iter_mut().enumerate() {
            if column.samples.len() >= SHOWN_VALUES {
                continue;
            }
            let value = gdal_raw::field_bytes(&feature, at).and_then(|bytes| encoding::decode(text.encoding, bytes));
            let shown: String = value.as_deref().unwrap_or_default().trim().chars().take(SHOWN_CHARS).collect();
            if !shown.is_empty() && !column.samples.contains(&shown) {
                column.samples.push(shown);
            }
        }
    }
    layer.reset_feature_reading();
}

/// Where a row's shape is.
enum Place {
    Geometry,
    LonLat(usize, usize),
    Wkt(usize),
}

const LONGITUDES: &[&str] =
    &["lon", "lng", "long", "longitude", "经度", "x", "x坐标", "横坐标", "东坐标", "easting", "lon经度"];
const LATITUDES: &[&str] = &["lat", "latitude", "纬度", "y", "y坐标", "纵坐标", "北坐标", "northing", "lat纬度"];
const SHAPES: &[&str] = &["wkt", "geom", "geometry", "thegeom", "shape", "几何", "空间信息"];

impl Place {
    fn find(layer: &OwnedLayer, names: &[String]) -> Result<Self, IngestError> {
        if layer.defn().geom_fields().next().is_some() {
            return Ok(Place::Geometry);
        }
        let find = |known: &[&str]| known.iter().find_map(|known| names.iter().position(|name| plain(name) == *known));
        match (find(SHAPES), find(LONGITUDES), find(LATITUDES)) {
            (Some(at), ..) => Ok(Place::Wkt(at)),
            (None, Some(x), Some(y)) => Ok(Place::LonLat(x, y)),
            _ => Err(IngestError::NoGeometry(names.to_vec())),
        }
    }

    /// The columns that hold the shape, where it is not a geometry of the format.
    fn columns(&self) -> Vec<usize> {
        match *self {
            Place::Geometry => Vec::new(),
            Place::LonLat(x, y) => vec![x, y],
            Place::Wkt(at) => vec![at],
        }
    }

    fn geometry(&self, feature: &Feature<'_>, text: TextEncoding) -> Result<Geometry, Problem> {
        let value = |at: usize| {
            gdal_raw::field_bytes(feature, at)
                .and_then(|bytes| encoding::decode(text.encoding, bytes))
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        match self {
            Place::LonLat(x, y) => {
                let number = |at: usize| -> Result<f64, Problem> {
                    let text = value(at).ok_or_else(no_shape)?;
                    let bad = || Problem::new("unreadable", "geometry", &text, "the coordinate is not a number");
                    let number: f64 = text.trim_end_matches(['°', 'E', 'N']).parse().map_err(|_| bad())?;
                    number.is_finite().then_some(number).ok_or_else(bad)
                };
                let bytes = wkb::point(number(*x)?, number(*y)?);
                Geometry::from_wkb(&bytes).map_err(|error| Problem::geometry("unreadable", error.to_string()))
            }
            Place::Wkt(at) => {
                let text = value(*at).ok_or_else(no_shape)?;
                Geometry::from_wkt(&text)
                    .map_err(|_| Problem::new("unreadable", "geometry", &text, "not well-known text (WKT)"))
            }
            Place::Geometry => Err(no_shape()),
        }
    }
}

/// What only shows over many rows.
#[derive(Default)]
pub struct Tally {
    lost_height: u64,
    outside: Vec<u64>,
    outside_count: u64,
    points: HashMap<[u8; 16], (u32, u64)>,
}

impl Tally {
    pub fn look(&mut self, shaped: &Shaped, row: u64, kind: GeometryKind) {
        self.lost_height += u64::from(shaped.has_lost_height);
        if shaped.is_outside_extent {
            self.outside_count += 1;
            if self.outside.len() < 20 {
                self.outside.push(row);
            }
        }
        if kind == GeometryKind::Point
            && let Ok(place) = shaped.wkb[5..].try_into()
        {
            self.points.entry(place).or_insert((0, row)).0 += 1;
        }
    }

    pub fn tell(self, report: &mut Report) {
        if self.lost_height > 0 {
            report.note_many("height_dropped", "heights or measures (Z, M) were left out", self.lost_height);
        }
        if self.outside_count > 0 {
            let rows: Vec<String> = self.outside.iter().map(u64::to_string).collect();
            let message = format!("rows lie outside the city, look at them: {}…", rows.join(", "));
            report.note_many("outside_city", message, self.outside_count);
        }
        let mut stacks: Vec<_> = self.points.into_iter().filter(|(_, (count, _))| *count >= STACKED).collect();
        stacks.sort_by_key(|(_, (count, row))| (std::cmp::Reverse(*count), *row));
        for (place, (count, row)) in stacks.into_iter().take(20) {
            let number = |at: usize| f64::from_le_bytes(place[at..at + 8].try_into().expect("eight bytes"));
            let message = format!("points lie on one place, {} {}, first in row {row}", number(0), number(8));
            report.note_many("stacked_points", message, u64::from(count));
        }
    }
}
