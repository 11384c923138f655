//! 小区 (含散居楼栋): the unit that is renewed. Fields follow the plan's 二(一) and the ledger.

use super::field::{COUNT, Choice, Field, FieldKind, Title, YEAR, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

/// 产权性质
pub const TENURES: &[Choice] = &[
    choice("commercial", "商品房", "Commercial housing"),
    choice("reformed", "房改房", "Privatised public housing"),
    choice("work_unit", "单位宿舍", "Work-unit dormitory").aliases(&["职工宿舍"]),
    choice("public", "公房", "Public housing"),
    choice("cooperative", "集资房", "Cooperative housing"),
    choice("other", "其他", "Other"),
];

/// 房屋结构安全
pub const STRUCTURE_STATES: &[Choice] = &[
    choice("safe", "安全", "Safe"),
    choice("to_be_surveyed", "待鉴定", "To be surveyed"),
    choice("unsafe", "不安全", "Unsafe"),
];

/// 物业管理方式
pub const MANAGEMENTS: &[Choice] = &[
    choice("property_company", "物业服务企业", "Property company").aliases(&["物业公司"]),
    choice("self_managed", "自治管理", "Self-managed"),
    choice("work_unit", "单位自管", "Managed by the work unit"),
    choice("neighbourhood", "社区托管", "Entrusted to the neighbourhood"),
    choice("none", "无", "None"),
];

/// 改造类别 (二(二))
pub const RENEWAL_CLASSES: &[Choice] = &[
    choice("basic", "基础类", "Basic"),
    choice("improved", "完善类", "Improved"),
    choice("promoted", "提升类", "Promoted"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Community,
    name: "community",
    plural: "communities",
    title: Title { zh: "小区", en: "Communities" },
    description: Title {
        zh: "住宅小区（含散居楼栋）的边界与基本情况",
        en: "Residential communities (and scattered buildings) with their basic facts",
    },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "小区编号", "Code").identifier().aliases(&["编号", "小区代码", "community_id"]),
        Field::new("name", text(200), "小区名称", "Name").required().in_tiles().aliases(&[
            "名称",
            "小区",
            "小区名",
            "XQMC",
        ]),
        Field::new("address", text(300), "坐落地址", "Address").aliases(&["地址", "坐落"]),
        Field::new("responsible_body", text(32), "责任主体代码", "Responsible body").in_tiles().aliases(&["责任主体"]),
        Field::new("subdistrict_code", text(32), "街道代码", "Subdistrict code").aliases(&["街道", "所属街道"]),
        Field::new("neighbourhood", text(120), "社区", "Neighbourhood").aliases(&["所属社区", "居委会"]),
        Field::new("is_scattered", FieldKind::Boolean, "是否散居楼栋", "Scattered buildings").aliases(&["散居楼栋"]),
        Field::new("built_year", YEAR, "建成年份", "Built in").unit("a").in_tiles().aliases(&[
            "建成年代",
            "建设年代",
            "竣工年份",
            "year",
        ]),
        Field::new("households", COUNT, "户数", "Households").quantity().in_tiles().aliases(&[
            "总户数",
            "居民户数",
            "household_count",
        ]),
        Field::new("building_count", COUNT, "楼栋数", "Buildings").quantity().aliases(&["栋数", "楼栋"]),
        Field::new("floor_area_m2", number(0.0, 1e9), "建筑面积", "Floor area").quantity().unit("m2").aliases(&[
            "总建筑面积",
            "建筑面积m2",
            "floor_area",
        ]),
        Field::new("population", COUNT, "常住人口", "Residents").quantity().aliases(&["人口", "pop"]),
        Field::new("elders", COUNT, "60岁以上人口", "Residents over 60").quantity().aliases(&[
            "60岁以上",
            "老年人口",
            "pop60",
        ]),
        Field::new("small_children", COUNT, "3岁以下人口", "Children under 3").quantity().aliases(&["3岁以下", "pop3"]),
        Field::new("tenure", FieldKind::Choice(TENURES), "产权性质", "Tenure").aliases(&["产权"]),
        Field::new("has_legal_title", FieldKind::Boolean, "是否具有合法产权", "Legal title").aliases(&["合法产权"]),
        Field::new("structure_state", FieldKind::Choice(STRUCTURE_STATES), "房屋结构安全", "Structural safety")
            .aliases(&["结构安全", "structure_safe"]),
        Field::new("in_demolition_plan", FieldKind::Boolean, "是否纳入征收或棚改", "In a demolition plan")
            .aliases(&["征收", "棚改"]),
        Field::new("is_self_built", FieldKind::Boolean, "是否以自建房为主或城中村", "Mostly self-built").aliases(&[
            "自建房",
            "城中村",
            "self_built",
        ]),
        Field::new("management", FieldKind::Choice(MANAGEMENTS), "物业管理方式", "Management").aliases(&["物业"]),
        Field::new("renewal_class", FieldKind::Choice(RENEWAL_CLASSES), "改造类别", "Renewal class")
            .in_tiles()
            .aliases(&["类别"]),
        Field::new("plan_year", YEAR, "计划年度", "Plan year")
            .unit("a")
            .in_tiles()
            .aliases(&["计划改造年度", "改造年度"]),
        Field::new("estimated_cost", FieldKind::Money, "投资估算", "Estimated cost")
            .quantity()
            .unit("CNY")
            .internal()
            .aliases(&["总投资估算", "投资"]),
        Field::new("remark", text(1000), "备注", "Remark").internal().aliases(&["说明"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
