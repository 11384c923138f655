//! 障碍: what a walk cannot cross without a bridge, an underpass or a gate.

use super::field::{Choice, Field, FieldKind, Title, choice, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const BARRIER_KINDS: &[Choice] = &[
    choice("river", "河流", "River").aliases(&["water", "stream", "canal", "riverbank", "水系", "湖泊"]),
    choice("railway", "铁路", "Railway").aliases(&["rail", "light_rail", "subway", "tram", "narrow_gauge", "轨道"]),
    choice("wall", "围墙", "Wall").aliases(&["fence", "retaining_wall", "city_wall", "hedge", "栅栏"]),
    choice("expressway", "封闭道路", "Closed road").aliases(&["高速公路"]),
    choice("cliff", "陡坎", "Cliff").aliases(&["embankment"]),
    choice("other", "其他", "Other"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Barrier,
    name: "barrier",
    plural: "barriers",
    title: Title { zh: "障碍", en: "Barriers" },
    description: Title {
        zh: "步行不能穿越的河流、铁路、围墙等",
        en: "Rivers, railways and walls that a walk cannot cross",
    },
    geometry: GeometryKind::LineOrArea,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "编号", "Code").identifier().aliases(&["osm_id"]),
        Field::new("name", text(200), "名称", "Name").in_tiles(),
        Field::new("barrier_kind", FieldKind::Choice(BARRIER_KINDS), "类别", "Kind")
            .required()
            .in_tiles()
            .aliases(&["类型", "barrier"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
