//! 出入口: where a walk may leave a community.

use super::field::{Choice, Field, FieldKind, Title, choice, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const GATE_KINDS: &[Choice] = &[
    choice("pedestrian", "人行", "Pedestrian").aliases(&["步行"]),
    choice("vehicle", "车行", "Vehicle"),
    choice("both", "人车混行", "Both").aliases(&["混行"]),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Gate,
    name: "gate",
    plural: "gates",
    title: Title { zh: "出入口", en: "Gates" },
    description: Title { zh: "小区出入口", en: "The gates of communities" },
    geometry: GeometryKind::Point,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "编号", "Code").identifier().aliases(&["osm_id"]),
        Field::new("name", text(200), "名称", "Name").in_tiles().aliases(&["出入口名称"]),
        Field::new("community_code", text(64), "所属小区编号", "Community code").aliases(&["小区编号", "小区代码"]),
        Field::new("gate_kind", FieldKind::Choice(GATE_KINDS), "类型", "Kind").in_tiles().aliases(&["出入口类型"]),
        Field::new("is_open", FieldKind::Boolean, "是否开放", "Open").in_tiles().aliases(&["开放"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
