//! 片区: communities that are renewed as one piece (plan 一(一)4).

use super::field::{Choice, Field, FieldKind, Title, YEAR, choice, integer, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const PRECINCT_STATES: &[Choice] = &[
    choice("draft", "草案", "Draft"),
    choice("shared", "征求意见", "Shared"),
    choice("published", "已公布", "Published"),
    choice("adopted", "已采用", "Adopted"),
    choice("superseded", "已替代", "Superseded"),
];

/// The states in which anybody may see a precinct.
pub const PUBLIC_STATES: &[&str] = &["published", "adopted", "superseded"];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Precinct,
    name: "precinct",
    plural: "precincts",
    title: Title { zh: "片区", en: "Precincts" },
    description: Title { zh: "作为整体改造的片区", en: "Areas that are renewed as one piece" },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    // A draft is the planners' own; a precinct that does not say what it is may be one.
    rows: RowRule::PublicWhere { field: "precinct_state", is: PUBLIC_STATES },
    fields: &[
        Field::new("code", text(64), "片区编号", "Code").identifier().aliases(&["编号"]),
        Field::new("name", text(200), "片区名称", "Name").required().in_tiles().aliases(&["名称", "片区"]),
        Field::new("scheme", text(120), "划分方案", "Scheme").aliases(&["方案"]),
        Field::new("scheme_id", integer(1, i64::MAX), "划分方案编号", "Scheme number"),
        Field::new("precinct_state", FieldKind::Choice(PRECINCT_STATES), "状态", "State").in_tiles(),
        Field::new("responsible_body", text(32), "责任主体代码", "Responsible body").aliases(&["责任主体"]),
        Field::new("start_year", YEAR, "启动年份", "Starts in").unit("a").aliases(&["年度"]),
        Field::new("is_pilot", FieldKind::Boolean, "示范片区", "Pilot").aliases(&["试点", "示范"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
