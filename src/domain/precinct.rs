//! 片区: communities that are renewed as one piece (plan 一(一)4).

use super::field::{Choice, Field, FieldKind, Title, YEAR, choice, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId};

pub const PRECINCT_STATES: &[Choice] = &[
    choice("draft", "草案", "Draft"),
    choice("published", "已公布", "Published"),
    choice("adopted", "已采用", "Adopted"),
    choice("superseded", "已替代", "Superseded"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Precinct,
    name: "precinct",
    plural: "precincts",
    title: Title { zh: "片区", en: "Precincts" },
    description: Title { zh: "作为整体改造的片区", en: "Areas that are renewed as one piece" },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    fields: &[
        Field::new("code", text(64), "片区编号", "Code").identifier().aliases(&["编号"]),
        Field::new("name", text(200), "片区名称", "Name").required().in_tiles().aliases(&["名称", "片区"]),
        Field::new("scheme", text(120), "划分方案", "Scheme").aliases(&["方案"]),
        Field::new("precinct_state", FieldKind::Choice(PRECINCT_STATES), "状态", "State").in_tiles(),
        Field::new("responsible_body", text(32), "责任主体代码", "Responsible body").aliases(&["责任主体"]),
        Field::new("start_year", YEAR, "启动年份", "Starts in").unit("a").aliases(&["年度"]),
        Field::new("is_pilot", FieldKind::Boolean, "示范片区", "Pilot").aliases(&["试点", "示范"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
