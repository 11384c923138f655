//! From a tree as it was written to a condition for one layer: names are found, kinds are checked,
//! coordinates become stored degrees.

use geo::algorithm::validation::Validation;
use geo::{Coord, CoordsIter, Geometry, LineString, MapCoords, MultiLineString, MultiPolygon, Polygon, Rect};

use super::FilterError;
use super::like::Pattern;
use super::node::{At, DEEPEST, Node, NodeKind, wrong};
use super::predicate::{Comparison, Predicate};
use super::scalar::{Arithmetic, Kind, Scalar};
use super::spatial::{Place, Relation};
use super::temporal::{Order, Span};
use crate::domain::{FieldKind, LayerDescription, Viewer};
use crate::geodesy::Crs;

/// The feature's own properties beside its fields.
const GEOMETRY: &str = "geometry";
const ID: &str = "id";
const UPDATED_AT: &str = "updated_at";

/// In a projected system an edge is straight there and not in degrees: edges are cut into pieces of
/// this length, whose middle is then less than a millimetre off.
const PIECE_M: f64 = 100.0;
/// An edge longer than this many pieces is cut into longer ones.
const MOST_PIECES: f64 = 1000.0;

pub struct Compiler {
    layer: &'static LayerDescription,
    viewer: Viewer,
    crs: Crs,
    depth: usize,
}

/// A value with its kind.
type Typed = (Scalar, Kind);

/// One side of a spatial condition.
enum Side {
    Own,
    Given(Geometry<f64>),
}

impl Compiler {
    pub fn new(layer: &'static LayerDescription, viewer: Viewer, crs: Crs) -> Self {
        Self { layer, viewer, crs, depth: 0 }
    }

    pub fn condition(&mut self, node: Node) -> Result<Predicate, FilterError> {
        self.deeper(&node.at.clone(), |compiler| compiler.read_condition(node))
    }

    /// Long chains of operators are deep trees as well.
    fn deeper<T>(&mut self, at: &At, read: impl FnOnce(&mut Self) -> Result<T, FilterError>) -> Result<T, FilterError> {
        self.depth += 1;
        if self.depth > 2 * DEEPEST {
            return wrong(at, format!("the filter is nested more than {} deep", 2 * DEEPEST));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn read_condition(&mut self, node: Node) -> Result<Predicate, FilterError> {
        let Node { at, kind } = node;
        let (name, args) = match kind {
            NodeKind::Boolean(truth) => return Ok(Predicate::Constant(truth)),
            NodeKind::Call(name, args) => (name.to_ascii_lowercase(), args),
            kind => return self.truth(Node { at, kind }),
        };
        if let Some(how) = Comparison::by_name(&name) {
            let [a, b] = exactly(args, &at, &name)?;
            let ((a, _), (b, _)) = self.same_kind(a, b)?;
            return Ok(Predicate::Compare(how, a, b));
        }
        if let Some(relation) = Relation::by_name(&name) {
            let [a, b] = exactly(args, &at, &name)?;
            return self.place(relation, a, b);
        }
        if let Some(order) = Order::by_name(&name) {
            let [a, b] = exactly(args, &at, &name)?;
            let second = b.at.clone();
            let (a, a_kind) = self.span(a)?;
            let (b, b_kind) = self.span(b)?;
            if let (Some(a), Some(b)) = (a_kind, b_kind)
                && a != b
            {
                return wrong(&second, format!("{} cannot be compared with {}", b.name(), a.name()));
            }
            return Ok(Predicate::When(order, a, b));
        }
        match name.as_str() {
            "and" | "or" => {
                if args.len() < 2 {
                    return wrong(&at, format!("{name} joins two conditions at least"));
                }
                let parts = args.into_iter().map(|arg| self.condition(arg)).collect::<Result<_, _>>()?;
                Ok(if name == "and" { Predicate::All(parts) } else { Predicate::Any(parts) })
            }
            "not" => {
                let [inner] = exactly(args, &at, &name)?;
                Ok(Predicate::Not(Box::new(self.condition(inner)?)))
            }
            "isnull" => {
                let [value] = exactly(args, &at, "isNull")?;
                if self.is_own_geometry(&value) {
                    return Ok(Predicate::Constant(false));
                }
                Ok(Predicate::IsNull(self.scalar(value)?.0))
            }
            "like" => self.like(args, &at),
            "between" => {
                let [value, low, high] = exactly(args, &at, &name)?;
                let (_, (low, _)) = self.same_kind(value.clone(), low)?;
                let ((value, _), (high, _)) = self.same_kind(value, high)?;
                Ok(Predicate::All(vec![
                    Predicate::Compare(Comparison::GreaterOrEqual, value.clone(), low),
                    Predicate::Compare(Comparison::LessOrEqual, value, high),
                ]))
            }
            "in" => {
                let [value, list] = exactly(args, &at, &name)?;
                let NodeKind::List(list) = list.kind else { return list.wrong("in needs a list") };
                let mut others = Vec::with_capacity(list.len());
                for other in list {
                    others.push(self.same_kind(value.clone(), other)?.1.0);
                }
                Ok(Predicate::In(self.scalar(value)?.0, others))
            }
            _ => self.truth(Node { at, kind: NodeKind::Call(name, args) }),
        }
    }

    /// A value that is true or false itself.
    fn truth(&mut self, node: Node) -> Result<Predicate, FilterError> {
        let at = node.at.clone();
        match self.scalar(node)? {
            (scalar, Kind::Boolean) => Ok(Predicate::Is(scalar)),
            (_, kind) => wrong(&at, format!("a condition is expected here, not {}", kind.name())),
        }
    }

    fn like(&mut self, args: Vec<Node>, at: &At) -> Result<Predicate, FilterError> {
        let [text, pattern] = exactly(args, at, "like")?;
        let text_at = text.at.clone();
        let (text, kind) = self.scalar(text)?;
        if kind != Kind::Text {
            return wrong(&text_at, format!("like compares texts, not {}", kind.name()));
        }
        let pattern_at = pattern.at.clone();
        let pattern = match self.scalar(pattern)?.0 {
            Scalar::Text(text) => text,
            Scalar::Folded(inner) if matches!(*inner, Scalar::Text(_)) => match *inner {
                Scalar::Text(text) => text.to_lowercase(),
                _ => return wrong(&pattern_at, "the pattern must be a text"),
            },
            _ => return wrong(&pattern_at, "the pattern must be a text"),
        };
        match Pattern::new(&pattern) {
            Some(pattern) => Ok(Predicate::Like { text, pattern }),
            None => wrong(&pattern_at, "the pattern ends with a backslash that escapes nothing"),
        }
    }

    /// Two values that can be compared.
    fn same_kind(&mut self, a: Node, b: Node) -> Result<(Typed, Typed), FilterError> {
        let second = b.at.clone();
        let (a, b) = (self.scalar(a)?, self.scalar(b)?);
        if a.1 == b.1 {
            return Ok((a, b));
        }
        let hint = match (a.1, b.1) {
            (Kind::Date, Kind::Text) => "; write DATE('2026-05-01')",
            (Kind::Time, Kind::Text | Kind::Date) => "; write TIMESTAMP('2026-05-01T00:00:00Z')",
            _ => "",
        };
        wrong(&second, format!("{} cannot be compared with {}{hint}", b.1.name(), a.1.name()))
    }

    fn scalar(&mut self, node: Node) -> Result<Typed, FilterError> {
        self.deeper(&node.at.clone(), |compiler| compiler.read_scalar(node))
    }

    fn read_scalar(&mut self, node: Node) -> Result<Typed, FilterError> {
        Ok(match node.kind {
            NodeKind::Property(name) => return self.property(&name, &node.at),
            NodeKind::Text(text) => (Scalar::Text(text), Kind::Text),
            NodeKind::Number(n) => (Scalar::Number(n), Kind::Number),
            NodeKind::Boolean(truth) => (Scalar::Boolean(truth), Kind::Boolean),
            NodeKind::Date(day) => (Scalar::Date(day), Kind::Date),
            NodeKind::Timestamp(time) => (Scalar::Time(time), Kind::Time),
            NodeKind::Call(name, args) => return self.computed(&name.to_ascii_lowercase(), args, &node.at),
            NodeKind::Interval(_) => return wrong(&node.at, "an interval stands in t_… conditions only"),
            NodeKind::Geometry(_) | NodeKind::Bbox(_) => {
                return wrong(&node.at, "a geometry stands in s_… conditions only");
            }
            NodeKind::List(_) => return wrong(&node.at, "a list stands after IN only"),
        })
    }

    fn property(&self, name: &str, at: &At) -> Result<Typed, FilterError> {
        match name {
            ID => return Ok((Scalar::Id, Kind::Number)),
            UPDATED_AT => return Ok((Scalar::UpdatedAt, Kind::Time)),
            GEOMETRY => return wrong(at, "the geometry stands in s_… conditions only"),
            _ => {}
        }
        let found = self.layer.fields_for(self.viewer).find(|(_, field)| field.name == name);
        let Some((index, field)) = found else {
            return wrong(at, format!("«{name}» is no property of {}", self.layer.name));
        };
        let kind = match field.kind {
            FieldKind::Text { .. } | FieldKind::Choice(_) => Kind::Text,
            FieldKind::Integer { .. } | FieldKind::Number { .. } | FieldKind::Money => Kind::Number,
            FieldKind::Boolean => Kind::Boolean,
            FieldKind::Date => Kind::Date,
        };
        Ok((Scalar::Field(index), kind))
    }

    fn computed(&mut self, name: &str, args: Vec<Node>, at: &At) -> Result<Typed, FilterError> {
        let how = match name {
            "+" => Arithmetic::Add,
            "-" => Arithmetic::Subtract,
            "*" => Arithmetic::Multiply,
            "/" => Arithmetic::Divide,
            "div" => Arithmetic::DivideWhole,
            "%" => Arithmetic::Remainder,
            "^" => Arithmetic::Power,
            "casei" => {
                let [inner] = exactly(args, at, name)?;
                let inner_at = inner.at.clone();
                return match self.scalar(inner)? {
                    (inner, Kind::Text) => Ok((Scalar::Folded(Box::new(inner)), Kind::Text)),
                    (_, kind) => wrong(&inner_at, format!("casei takes a text, not {}", kind.name())),
                };
            }
            "and" | "or" | "not" | "isnull" | "like" | "between" | "in" => {
                return wrong(at, "a value is expected here, not a condition");
            }
            _ if Comparison::by_name(name).is_some()
                || Relation::by_name(name).is_some()
                || Order::by_name(name).is_some() =>
            {
                return wrong(at, "a value is expected here, not a condition");
            }
            _ => return wrong(at, format!("there is no function «{name}»")),
        };
        let [a, b] = exactly(args, at, name)?;
        let mut number = |node: Node| {
            let at = node.at.clone();
            match self.scalar(node)? {
                (scalar, Kind::Number) => Ok(scalar),
                (_, kind) => wrong(&at, format!("«{name}» takes numbers, not {}", kind.name())),
            }
        };
        let sides = [number(a)?, number(b)?];
        Ok((Scalar::Arithmetic(how, Box::new(sides)), Kind::Number))
    }

    fn span(&mut self, node: Node) -> Result<(Span, Option<Kind>), FilterError> {
        let at = node.at.clone();
        let NodeKind::Interval(ends) = node.kind else {
            let (scalar, kind) = self.instant(node)?;
            return Ok((Span([Some(scalar.clone()), Some(scalar)]), Some(kind)));
        };
        let [start, end] = *ends;
        let mut read = |end: Option<Node>| end.map(|end| self.instant(end)).transpose();
        let (start, end) = (read(start)?, read(end)?);
        match (&start, &end) {
            (Some((_, a)), Some((_, b))) if a != b => {
                return wrong(&at, "one end is a day and the other a time");
            }
            (Some((Scalar::Date(a), _)), Some((Scalar::Date(b), _))) if a > b => {
                return wrong(&at, "the interval ends before it begins");
            }
            (Some((Scalar::Time(a), _)), Some((Scalar::Time(b), _))) if a > b => {
                return wrong(&at, "the interval ends before it begins");
            }
            _ => {}
        }
        let kind = start.as_ref().or(end.as_ref()).map(|(_, kind)| *kind);
        Ok((Span([start.map(|(scalar, _)| scalar), end.map(|(scalar, _)| scalar)]), kind))
    }

    fn instant(&mut self, node: Node) -> Result<Typed, FilterError> {
        let at = node.at.clone();
        match self.scalar(node)? {
            (scalar, kind @ (Kind::Date | Kind::Time)) => Ok((scalar, kind)),
            (_, kind) => wrong(&at, format!("a day or a time is expected here, not {}", kind.name())),
        }
    }

    fn is_own_geometry(&self, node: &Node) -> bool {
        matches!(&node.kind, NodeKind::Property(name) if name == GEOMETRY)
    }

    fn place(&mut self, relation: Relation, a: Node, b: Node) -> Result<Predicate, FilterError> {
        let (a_at, b_at) = (a.at.clone(), b.at.clone());
        let place = |relation, given, at: &At| match Place::new(relation, given) {
            Some(place) => Ok(Predicate::Place(place)),
            None => wrong(at, "the geometry is empty"),
        };
        match (self.side(a)?, self.side(b)?) {
            (Side::Own, Side::Given(given)) => place(relation, given, &b_at),
            (Side::Given(given), Side::Own) => place(relation.mirrored(), given, &a_at),
            (Side::Own, Side::Own) => Ok(Predicate::ToItself(relation)),
            (Side::Given(a), Side::Given(b)) => Ok(Predicate::Constant(relation.holds(&a, &b))),
        }
    }

    fn side(&self, node: Node) -> Result<Side, FilterError> {
        if self.is_own_geometry(&node) {
            return Ok(Side::Own);
        }
        let given = match node.kind {
            NodeKind::Geometry(geometry) => self.stored(geometry, &node.at)?,
            NodeKind::Bbox(corners) => self.stored_box(corners, &node.at)?,
            NodeKind::Property(name) => {
                return wrong(&node.at, format!("«{name}» is no geometry; it is called {GEOMETRY}"));
            }
            _ => return wrong(&node.at, format!("a geometry is expected here, not {}", node.name())),
        };
        if let Err(error) = given.check_validation() {
            return wrong(&node.at, format!("the geometry is not valid: {error}"));
        }
        Ok(Side::Given(given))
    }

    /// A geometry in stored degrees.
    fn stored(&self, geometry: Geometry<f64>, at: &At) -> Result<Geometry<f64>, FilterError> {
        let geometry = if self.crs.is_geographic() { geometry } else { cut_edges(geometry) };
        let geometry = geometry.map_coords(|coord| self.crs.from_axes([coord.x, coord.y]));
        for coord in geometry.coords_iter() {
            if !(-180.0..=180.0).contains(&coord.x) || !(-90.0..=90.0).contains(&coord.y) {
                let order = if self.crs == Crs::Crs84 { "; longitude comes first" } else { "" };
                return wrong(at, format!("longitude {} latitude {} is nowhere on Earth{order}", coord.x, coord.y));
            }
        }
        Ok(geometry)
    }

    fn stored_box(&self, [low, high]: [[f64; 2]; 2], at: &At) -> Result<Geometry<f64>, FilterError> {
        // Axes as they were written; the first corner may lie east of the second across the antimeridian.
        let (low_east, high_east) = match self.crs {
            Crs::Crs84 | Crs::WebMercator => (low[0], high[0]),
            Crs::Cgcs2000 | Crs::GaussKruger105 => (low[1], high[1]),
        };
        let part = |low: [f64; 2], high: [f64; 2]| {
            let rect = Rect::new(Coord { x: low[0], y: low[1] }, Coord { x: high[0], y: high[1] });
            self.stored(Geometry::Polygon(rect.to_polygon()), at)
        };
        if low_east <= high_east {
            if low[0] > high[0] || low[1] > high[1] {
                return wrong(at, "the lower corner lies above the upper one");
            }
            if low == high {
                return self.stored(Geometry::Point(Coord { x: low[0], y: low[1] }.into()), at);
            }
            if low[0] == high[0] || low[1] == high[1] {
                let ends = [low, high].map(|[x, y]| Coord { x, y });
                return self.stored(Geometry::LineString(LineString(ends.to_vec())), at);
            }
            return part(low, high);
        }
        if !self.crs.is_geographic() {
            return wrong(at, "the western edge lies east of the eastern edge");
        }
        let with_east = |[first, second]: [f64; 2], east| match self.crs {
            Crs::Cgcs2000 => [first, east],
            _ => [east, second],
        };
        let halves = [part(low, with_east(high, 180.0))?, part(with_east(low, -180.0), high)?];
        let polygons = halves.into_iter().filter_map(|half| Polygon::try_from(half).ok());
        Ok(Geometry::MultiPolygon(MultiPolygon(polygons.collect())))
    }
}

fn cut_edges(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::LineString(line) => Geometry::LineString(cut_line(&line)),
        Geometry::MultiLineString(lines) => {
            Geometry::MultiLineString(MultiLineString(lines.iter().map(cut_line).collect()))
        }
        Geometry::Polygon(polygon) => Geometry::Polygon(cut_polygon(&polygon)),
        Geometry::MultiPolygon(polygons) => {
            Geometry::MultiPolygon(MultiPolygon(polygons.iter().map(cut_polygon).collect()))
        }
        Geometry::GeometryCollection(parts) => Geometry::GeometryCollection(parts.into_iter().map(cut_edges).collect()),
        points => points,
    }
}

fn cut_polygon(polygon: &Polygon<f64>) -> Polygon<f64> {
    Polygon::new(cut_line(polygon.exterior()), polygon.interiors().iter().map(cut_line).collect())
}

fn cut_line(line: &LineString<f64>) -> LineString<f64> {
    let mut coords: Vec<Coord<f64>> = line.0.first().copied().into_iter().collect();
    for edge in line.lines() {
        let delta = edge.delta();
        let pieces = (delta.x.hypot(delta.y) / PIECE_M).ceil().clamp(1.0, MOST_PIECES);
        coords.extend((1..pieces as u32).map(|n| edge.start + delta * (f64::from(n) / pieces)));
        coords.push(edge.end);
    }
    LineString(coords)
}

fn exactly<const N: usize>(args: Vec<Node>, at: &At, name: &str) -> Result<[Node; N], FilterError> {
    let given = args.len();
    match <[Node; N]>::try_from(args) {
        Ok(args) => Ok(args),
        Err(_) => wrong(at, format!("«{name}» takes {N} arguments, and here are {given}")),
    }
}
