//! 管线改造工程: works that an operator plans, with the window in which they may happen.

use super::field::{COUNT, Choice, Field, FieldKind, Title, choice, integer, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};
use super::utility_kind::UTILITY_KINDS;
use super::utility_line::{BURIALS, PRESSURES};

pub const METHODS: &[Choice] = &[
    choice("open", "开挖", "Open cut").aliases(&["明挖"]),
    choice("trenchless", "非开挖", "Trenchless").aliases(&["顶管", "定向钻"]),
];

pub const CONFIDENCES: &[Choice] = &[
    choice("committed", "已确定", "Committed").aliases(&["确定"]),
    choice("planned", "计划", "Planned"),
    choice("idea", "设想", "Idea").aliases(&["意向"]),
];

/// 可见范围: what others than the operator may read of a work.
pub const VISIBILITIES: &[Choice] = &[
    choice("confidential", "仅提示有交会", "Only that there is a meeting").aliases(&["保密"]),
    choice("restricted", "仅协调所需", "Only what coordination needs").aliases(&["受限"]),
    choice("open", "对各单位公开", "Open to all operators").aliases(&["公开"]),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::UtilityWork,
    name: "utility_work",
    plural: "utility_works",
    title: Title { zh: "管线改造工程", en: "Utility works" },
    description: Title {
        zh: "专业经营单位计划实施的管线工程", en: "Works planned by utility operators"
    },
    geometry: GeometryKind::Line,
    audience: Audience::Operators,
    rows: RowRule::Operators { field: "operator", open: Some(("visibility", "open")) },
    fields: &[
        Field::new("code", text(64), "工程编号", "Code").identifier().aliases(&["编号"]),
        Field::new("name", text(200), "工程名称", "Name").in_tiles().aliases(&["名称"]),
        Field::new("utility_kind", FieldKind::Choice(UTILITY_KINDS), "管线种类", "Kind")
            .required()
            .in_tiles()
            .aliases(&["种类", "类别", "管类"]),
        Field::new("operator", text(200), "专业经营单位", "Operator").aliases(&["权属单位", "单位"]),
        Field::new("method", FieldKind::Choice(METHODS), "施工方式", "Method").in_tiles().aliases(&["工法"]),
        Field::new("diameter_mm", number(0.0, 10_000.0), "管径", "Diameter").unit("mm").aliases(&["直径"]),
        Field::new("ducts", COUNT, "孔数", "Ducts"),
        Field::new("depth_m", number(0.0, 100.0), "埋深", "Depth").unit("m"),
        Field::new("pressure", FieldKind::Choice(PRESSURES), "压力级别", "Pressure").aliases(&["压力"]),
        Field::new("window_start", FieldKind::Date, "最早开工", "Earliest start").in_tiles().aliases(&[
            "计划开工",
            "开工日期",
            "开始日期",
        ]),
        Field::new("window_end", FieldKind::Date, "最迟完工", "Latest end").in_tiles().aliases(&[
            "计划完工",
            "完工日期",
            "结束日期",
        ]),
        Field::new("duration_days", integer(0, 10_000), "工期", "Duration").unit("d").aliases(&["工期天"]),
        Field::new("estimated_cost", FieldKind::Money, "投资估算", "Estimated cost")
            .quantity()
            .unit("CNY")
            .aliases(&["投资"]),
        Field::new("confidence", FieldKind::Choice(CONFIDENCES), "确定程度", "Confidence").aliases(&["状态"]),
        Field::new("burial", FieldKind::Choice(BURIALS), "埋设方式", "Burial").aliases(&["埋设类型"]),
        Field::new("shift_limit_days", integer(0, 3650), "可调整天数", "May be moved by")
            .unit("d")
            .aliases(&["可调整期限"]),
        Field::new("visibility", FieldKind::Choice(VISIBILITIES), "可见范围", "Visibility"),
    ],
    label_field: Some("name"),
    time_fields: Some(("window_start", "window_end")),
};
