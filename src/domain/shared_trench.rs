//! 共沟: several works in one opening of the street.

use super::field::{Choice, Field, FieldKind, Title, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const TRENCH_STATES: &[Choice] = &[
    choice("proposed", "建议", "Proposed"),
    choice("agreed", "已同意", "Agreed"),
    choice("refused", "未同意", "Refused"),
    choice("done", "已完成", "Done"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::SharedTrench,
    name: "shared_trench",
    plural: "shared_trenches",
    title: Title { zh: "共沟", en: "Shared trenches" },
    description: Title { zh: "多家单位合并开挖的管沟", en: "Trenches that several operators open together" },
    geometry: GeometryKind::Line,
    audience: Audience::Operators,
    rows: RowRule::Operators { field: "operators", open: None },
    fields: &[
        Field::new("code", text(64), "编号", "Code").identifier(),
        Field::new("name", text(200), "名称", "Name").in_tiles(),
        Field::new("trench_state", FieldKind::Choice(TRENCH_STATES), "状态", "State").in_tiles(),
        Field::new("lead_operator", text(200), "牵头单位", "Lead operator"),
        Field::new("width_m", number(0.0, 50.0), "沟宽", "Width").unit("m").aliases(&["宽度"]),
        Field::new("starts_on", FieldKind::Date, "开工日期", "Starts on"),
        Field::new("ends_on", FieldKind::Date, "完工日期", "Ends on"),
        Field::new("depth_m", number(0.0, 100.0), "沟深", "Depth").unit("m"),
        // A member may show others no more of its work than that it is there.
        Field::new("members", text(1000), "共沟工程编号", "Codes of its works").internal().aliases(&["参与工程"]),
        // Names with `;` between: the operators who may see the trench.
        Field::new("operators", text(1000), "参与单位", "Operators").internal().aliases(&["共沟单位"]),
    ],
    label_field: Some("name"),
    time_fields: Some(("starts_on", "ends_on")),
};
