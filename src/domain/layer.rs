//! The layers of the city. One description of a layer feeds import, database, features, tiles,
//! forms and export, so that a new field is written down once.

use std::fmt;
use std::str::FromStr;

use super::field::{Field, FieldKind, Title};
use super::value::Value;
use super::viewer::Viewer;

/// The layers in the order of the contract. The number is the layer's bit in a tile key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum LayerId {
    ResponsibleBody,
    Subdistrict,
    Neighbourhood,
    Community,
    Building,
    Gate,
    Facility,
    CandidateSite,
    Street,
    Barrier,
    UtilityLine,
    UtilityWork,
    SharedTrench,
    Precinct,
}

/// What shapes a layer holds. Polygons and lines are always stored as multi-geometries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeometryKind {
    /// `POINT`
    Point,
    /// `MULTILINESTRING`
    Line,
    /// `MULTIPOLYGON`
    Area,
    /// `MULTILINESTRING` or `MULTIPOLYGON`: a wall is a line, a wide river an area.
    LineOrArea,
}

/// Whom a layer or a field is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Public,
    /// Staff, and utility operators as far as rows are theirs.
    Operators,
    Staff,
}

/// Which rows of a layer are for whom, told by the value of one of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowRule {
    /// Whoever sees the layer sees every row.
    All,
    /// The public sees the rows whose field has one of these codes; a row that does not say is not for it.
    PublicWhere { field: &'static str, is: &'static [&'static str] },
    /// An operator sees the rows whose field names it, alone or among others, and those that `open` (a field and
    /// its code) shows to every operator; a body those in its area.
    Operators { field: &'static str, open: Option<(&'static str, &'static str)> },
    /// The city's own; a body sees those in its area.
    Staff,
}

/// What a row says of whom it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct RowKey {
    /// The value of the field that the layer's rule names.
    pub named: Value,
    /// It is shown to every operator.
    pub is_open: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct LayerDescription {
    pub id: LayerId,
    /// Table name, collection id and tile layer name: `community`.
    pub name: &'static str,
    /// In plural, for files and sentences: `communities`.
    pub plural: &'static str,
    pub title: Title,
    pub description: Title,
    pub geometry: GeometryKind,
    pub audience: Audience,
    pub rows: RowRule,
    pub fields: &'static [Field],
    /// The field that names a feature to a person, if any.
    pub label_field: Option<&'static str>,
    /// The fields that tell when a feature holds: `(from, to)`. Where there are none a feature's
    /// time is that of its last change.
    pub time_fields: Option<(&'static str, &'static str)>,
}

impl LayerId {
    pub const ALL: [LayerId; 14] = [
        LayerId::ResponsibleBody,
        LayerId::Subdistrict,
        LayerId::Neighbourhood,
        LayerId::Community,
        LayerId::Building,
        LayerId::Gate,
        LayerId::Facility,
        LayerId::CandidateSite,
        LayerId::Street,
        LayerId::Barrier,
        LayerId::UtilityLine,
        LayerId::UtilityWork,
        LayerId::SharedTrench,
        LayerId::Precinct,
    ];

    pub fn describe(self) -> &'static LayerDescription {
        match self {
            LayerId::ResponsibleBody => &super::responsible_body::LAYER,
            LayerId::Subdistrict => &super::subdistrict::LAYER,
            LayerId::Neighbourhood => &super::neighbourhood::LAYER,
            LayerId::Community => &super::community::LAYER,
            LayerId::Building => &super::building::LAYER,
            LayerId::Gate => &super::gate::LAYER,
            LayerId::Facility => &super::facility::LAYER,
            LayerId::CandidateSite => &super::candidate_site::LAYER,
            LayerId::Street => &super::street::LAYER,
            LayerId::Barrier => &super::barrier::LAYER,
            LayerId::UtilityLine => &super::utility_line::LAYER,
            LayerId::UtilityWork => &super::utility_work::LAYER,
            LayerId::SharedTrench => &super::shared_trench::LAYER,
            LayerId::Precinct => &super::precinct::LAYER,
        }
    }

    pub fn name(self) -> &'static str {
        self.describe().name
    }

    pub fn index(self) -> usize {
        self as usize
    }

    /// The layers that `viewer` may know of, in order.
    pub fn visible_to(viewer: Viewer) -> impl Iterator<Item = LayerId> {
        Self::ALL.into_iter().filter(move |id| viewer.may_see(id.describe().audience))
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no layer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no layer «{0}»")]
pub struct UnknownLayer(pub String);

impl FromStr for LayerId {
    type Err = UnknownLayer;

    fn from_str(name: &str) -> Result<Self, UnknownLayer> {
        Self::ALL.into_iter().find(|id| id.name() == name).ok_or_else(|| UnknownLayer(name.to_owned()))
    }
}

impl LayerDescription {
    /// The key column of the layer's table: `community_id`.
    pub fn id_column(&self) -> String {
        format!("{}_id", self.name)
    }

    pub fn field(&self, name: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.name == name)
    }

    /// What tells whose a row is.
    pub fn row_key(&self, values: &[Value]) -> RowKey {
        let value = |name| self.field(name).map_or(Value::Null, |(at, _)| values[at].clone());
        match self.rows {
            RowRule::All | RowRule::Staff => RowKey { named: Value::Null, is_open: false },
            RowRule::PublicWhere { field, .. } => RowKey { named: value(field), is_open: false },
            RowRule::Operators { field, open } => {
                let is_open = open.is_some_and(|(field, code)| value(field).as_text() == Some(code));
                RowKey { named: value(field), is_open }
            }
        }
    }

    /// True when some field is not for the public.
    pub fn has_internal_fields(&self) -> bool {
        self.fields.iter().any(|field| field.audience != Audience::Public)
    }

    /// The position of a field in an item's values, with the field, for each that `viewer` may see.
    pub fn fields_for(&self, viewer: Viewer) -> impl Iterator<Item = (usize, &'static Field)> {
        self.fields.iter().enumerate().filter(move |(_, field)| viewer.may_see(field.audience))
    }
}

impl GeometryKind {
    /// The column type of the layer's table, without the reference system.
    pub fn postgis_type(self) -> &'static str {
        match self {
            GeometryKind::Point => "Point",
            GeometryKind::Line => "MultiLineString",
            GeometryKind::Area => "MultiPolygon",
            GeometryKind::LineOrArea => "Geometry",
        }
    }
}

impl FieldKind {
    /// The column type of a field in PostgreSQL.
    pub fn postgres_type(self) -> &'static str {
        match self {
            FieldKind::Text { .. } | FieldKind::Choice(_) => "text",
            FieldKind::Integer { .. } => "bigint",
            FieldKind::Number { .. } => "double precision",
            FieldKind::Money => "numeric",
            FieldKind::Boolean => "boolean",
            FieldKind::Date => "date",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_is_described_once_and_found_by_name() {
        for id in LayerId::ALL {
            assert_eq!(id.describe().id, id);
            assert_eq!(id.name().parse(), Ok(id));
        }
        assert!("pipe".parse::<LayerId>().is_err());
    }

    #[test]
    fn field_names_are_unique_and_labels_exist() {
        for id in LayerId::ALL {
            let layer = id.describe();
            for (i, field) in layer.fields.iter().enumerate() {
                assert_eq!(layer.field(field.name).map(|(at, _)| at), Some(i), "{id}.{}", field.name);
            }
            for name in layer.label_field.iter().chain(layer.time_fields.iter().flat_map(|(a, b)| [a, b])) {
                assert!(layer.field(name).is_some(), "{id} has no field {name}");
            }
        }
    }

    #[test]
    fn the_public_sees_no_pipe_and_an_operator_no_candidate_site() {
        let seen: Vec<_> = LayerId::visible_to(Viewer::Public).collect();
        assert!(!seen.contains(&LayerId::UtilityLine));
        assert!(!seen.contains(&LayerId::UtilityWork));
        assert!(!seen.contains(&LayerId::SharedTrench));
        assert!(seen.contains(&LayerId::Community));
        let operator = Viewer::Operator(crate::domain::Name::of("甲").expect("a name"));
        let seen: Vec<_> = LayerId::visible_to(operator).collect();
        assert!(seen.contains(&LayerId::UtilityLine) && !seen.contains(&LayerId::CandidateSite));
    }
}
