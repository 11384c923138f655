//! 闲置资源: scraps of land and idle public rooms where a service could go (plan 三(三)).

use super::field::{Choice, Field, FieldKind, Title, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const SITE_KINDS: &[Choice] = &[
    choice("spare_land", "零星土地", "Spare land").aliases(&["土地"]),
    choice("idle_public_room", "公有闲置房屋", "Idle public rooms").aliases(&["闲置房屋", "房屋"]),
    choice("other", "其他", "Other"),
];

/// 取得方式
pub const SITE_MEANS: &[Choice] = &[
    choice("purchase", "购置", "Purchase"),
    choice("lease", "租赁", "Lease"),
    choice("swap", "置换", "Swap"),
    choice("build", "新建", "Build"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::CandidateSite,
    name: "candidate_site",
    plural: "candidate_sites",
    title: Title { zh: "闲置资源", en: "Candidate sites" },
    description: Title {
        zh: "可用于补建服务设施的零星土地与公有闲置房屋",
        en: "Spare land and idle public rooms that could hold a service",
    },
    geometry: GeometryKind::Point,
    audience: Audience::Staff,
    rows: RowRule::Staff,
    fields: &[
        Field::new("code", text(64), "编号", "Code").identifier(),
        Field::new("name", text(200), "名称", "Name").in_tiles().aliases(&["资源名称"]),
        Field::new("site_kind", FieldKind::Choice(SITE_KINDS), "类型", "Kind").in_tiles().aliases(&["资源类型"]),
        Field::new("area_m2", number(0.0, 1e7), "可用面积", "Usable area").quantity().unit("m2").aliases(&["面积"]),
        Field::new("owner", text(200), "权属单位", "Owner").aliases(&["产权单位"]),
        Field::new("means", FieldKind::Choice(SITE_MEANS), "取得方式", "Means").aliases(&["方式"]),
        Field::new("available_on", FieldKind::Date, "可用日期", "Available on").aliases(&["可用时间"]),
        Field::new("estimated_cost", FieldKind::Money, "投资估算", "Estimated cost")
            .quantity()
            .unit("CNY")
            .aliases(&["投资"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
