//! 道路 / 步行道, with what is needed to walk on them and to know when they may be dug up.

use super::field::{Choice, Field, FieldKind, Title, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

/// 道路等级
pub const STREET_CLASSES: &[Choice] = &[
    choice("expressway", "快速路", "Expressway").aliases(&["motorway", "motorway_link", "trunk", "trunk_link"]),
    choice("primary", "主干路", "Primary").aliases(&["primary_link", "主干道"]),
    choice("secondary", "次干路", "Secondary").aliases(&["secondary_link", "次干道"]),
    choice("tertiary", "支路", "Branch").aliases(&["tertiary_link", "unclassified", "支道"]),
    choice("residential", "街巷", "Residential").aliases(&["living_street", "road", "巷道"]),
    choice("service", "小区道路", "Service").aliases(&["内部道路", "track"]),
    choice("footway", "步行道", "Footway").aliases(&["pedestrian", "path", "corridor", "人行道", "步道"]),
    choice("steps", "梯道", "Steps").aliases(&["台阶"]),
    choice("cycleway", "自行车道", "Cycleway").aliases(&["bridleway", "非机动车道"]),
];

pub const SURFACES: &[Choice] = &[
    choice("asphalt", "沥青", "Asphalt"),
    choice("concrete", "水泥混凝土", "Concrete").aliases(&["水泥", "混凝土"]),
    choice("paving", "铺装", "Paving").aliases(&["paving_stones", "sett", "cobblestone"]),
    choice("unpaved", "未铺装", "Unpaved").aliases(&["gravel", "dirt", "ground", "earth", "compacted"]),
    choice("other", "其他", "Other"),
];

/// 最近一次施工: decides how long a street may not be dug up (城市道路管理条例 第33条).
pub const SURFACINGS: &[Choice] = &[
    choice("built", "新建、改建、扩建", "Built or rebuilt").aliases(&["新建", "改建", "扩建"]),
    choice("major_repair", "大修", "Major repair"),
    choice("minor_repair", "中小修", "Minor repair").aliases(&["小修", "中修"]),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Street,
    name: "street",
    plural: "streets",
    title: Title { zh: "道路", en: "Streets" },
    description: Title { zh: "道路与步行道中心线", en: "Centre lines of streets and footways" },
    geometry: GeometryKind::Line,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "道路编号", "Code").identifier().aliases(&["编号", "osm_id"]),
        Field::new("name", text(200), "道路名称", "Name").in_tiles().aliases(&["名称", "路名"]),
        Field::new("street_class", FieldKind::Choice(STREET_CLASSES), "道路等级", "Class")
            .required()
            .in_tiles()
            .aliases(&["等级", "highway", "fclass"]),
        Field::new("is_walkable", FieldKind::Boolean, "可步行", "Walkable").aliases(&["步行"]),
        Field::new("is_bridge", FieldKind::Boolean, "桥梁", "Bridge").in_tiles().aliases(&["桥", "bridge"]),
        Field::new("is_tunnel", FieldKind::Boolean, "隧道或下穿", "Tunnel or underpass")
            .in_tiles()
            .aliases(&["隧道", "tunnel"]),
        Field::new("width_m", number(0.0, 200.0), "路面宽度", "Width").unit("m").aliases(&[
            "宽度",
            "红线宽度",
            "width",
        ]),
        Field::new("surface", FieldKind::Choice(SURFACES), "路面类型", "Surface").aliases(&["路面"]),
        Field::new("surfaced_on", FieldKind::Date, "最近铺装日期", "Last surfaced on")
            .aliases(&["竣工日期", "铺装日期"]),
        Field::new("surfacing", FieldKind::Choice(SURFACINGS), "最近铺装性质", "Last surfacing").aliases(&["施工性质"]),
        Field::new("resurfacing_on", FieldKind::Date, "计划铺装日期", "Resurfacing planned on")
            .aliases(&["计划大修日期"]),
        Field::new("resurfacing", FieldKind::Choice(SURFACINGS), "计划铺装性质", "Planned resurfacing"),
    ],
    label_field: Some("name"),
    time_fields: None,
};
