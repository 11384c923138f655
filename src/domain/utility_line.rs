//! 现状管线. A line's quality level travels with it: half-known pipes are the normal case.

use super::field::{COUNT, Choice, Field, FieldKind, Title, YEAR, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};
use super::utility_kind::UTILITY_KINDS;

/// 数据质量等级
pub const QUALITY_LEVELS: &[Choice] = &[
    choice("surveyed", "实测", "Surveyed").aliases(&["探测", "测量"]),
    choice("from_drawing", "图纸", "From a drawing").aliases(&["竣工图", "资料"]),
    choice("told_by_staff", "口述", "Told by staff").aliases(&["现场指认"]),
    choice("unknown", "未知", "Unknown").aliases(&["不明"]),
];

/// 材质 (CJJ 61-2017 C.0.1)
pub const MATERIALS: &[Choice] = &[
    choice("cast_iron", "铸铁", "Cast iron").aliases(&["ZT"]),
    choice("steel", "钢", "Steel").aliases(&["G", "钢管"]),
    choice("concrete", "混凝土", "Concrete").aliases(&["T", "砼"]),
    choice("pe", "聚乙烯塑料", "Polyethylene").aliases(&["PE"]),
    choice("pvc", "聚氯乙烯塑料", "PVC").aliases(&["PVC"]),
    choice("grp", "玻璃钢", "Glass-fibre").aliases(&["BLG"]),
    choice("ductile_iron", "球墨铸铁", "Ductile iron").aliases(&["QM"]),
    choice("masonry", "砖石", "Masonry").aliases(&["ZS", "Z", "S", "砖", "石"]),
    choice("asbestos", "石棉", "Asbestos cement").aliases(&["SM"]),
    choice("ceramic", "陶瓷", "Ceramic").aliases(&["TC"]),
    choice("copper", "铜", "Copper").aliases(&["TZ"]),
    choice("aluminium", "钢芯铝绞线", "Steel-cored aluminium").aliases(&["VL"]),
    choice("fibre", "光纤", "Optical fibre").aliases(&["GX"]),
    choice("other", "其他", "Other"),
];

/// 埋设方式 (CJJ 61-2017 C.0.2)
pub const BURIALS: &[Choice] = &[
    choice("direct", "直埋", "Direct burial").aliases(&["ZM"]),
    choice("pipe", "管埋", "In a pipe").aliases(&["GM"]),
    choice("duct_bank", "管块", "Duct bank").aliases(&["GK"]),
    choice("trench", "管沟", "Covered trench").aliases(&["GG"]),
    choice("overhead", "架空", "Overhead").aliases(&["JK"]),
    choice("surface", "地面", "On the surface").aliases(&["DM", "SJ", "上架"]),
    choice("passage", "小通道", "Small passage").aliases(&["XTD", "RF", "人防"]),
    choice("utility_tunnel", "综合管廊(沟)", "Utility tunnel").aliases(&["ZH", "综合管廊"]),
    choice("in_manhole", "井内连线", "In a manhole").aliases(&["JN"]),
    choice("trenchless", "顶管", "Trenchless").aliases(&["DG", "非开挖"]),
    choice("underwater", "水下", "Underwater").aliases(&["SX"]),
];

/// 燃气压力级别
pub const PRESSURES: &[Choice] = &[
    choice("low", "低压", "Low"),
    choice("medium_b", "中压B", "Medium B"),
    choice("medium_a", "中压A", "Medium A").aliases(&["中压"]),
    choice("sub_high_b", "次高压B", "Sub-high B"),
    choice("sub_high_a", "次高压A", "Sub-high A"),
    choice("high_b", "高压B", "High B"),
    choice("high_a", "高压A", "High A"),
];

/// 使用状态 (CJJ 61-2017 C.0.3)
pub const LINE_STATES: &[Choice] = &[
    choice("in_use", "在用", "In use").aliases(&["0"]),
    choice("abandoned", "废弃", "Abandoned").aliases(&["1"]),
    choice("empty", "空管", "Empty").aliases(&["2"]),
    choice("other", "其他", "Other").aliases(&["3"]),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::UtilityLine,
    name: "utility_line",
    plural: "utility_lines",
    title: Title { zh: "现状管线", en: "Utility lines" },
    description: Title {
        zh: "地下与架空现状管线（敏感数据）", en: "Existing utility lines (sensitive)"
    },
    geometry: GeometryKind::Line,
    audience: Audience::Operators,
    rows: RowRule::Operators { field: "operator", open: None },
    fields: &[
        Field::new("code", text(64), "管线编号", "Code").identifier().aliases(&["编号", "管段编号"]),
        Field::new("utility_kind", FieldKind::Choice(UTILITY_KINDS), "管线种类", "Kind")
            .required()
            .in_tiles()
            .aliases(&["种类", "类别", "管类", "kind"]),
        Field::new("operator", text(200), "权属单位", "Operator").aliases(&["专业经营单位", "产权单位"]),
        Field::new("diameter_mm", number(0.0, 10_000.0), "管径", "Diameter")
            .unit("mm")
            .in_tiles()
            .aliases(&["直径", "diameter"]),
        Field::new("ducts", COUNT, "孔数", "Ducts").aliases(&["总孔数"]),
        Field::new("material", FieldKind::Choice(MATERIALS), "材质", "Material").aliases(&["管材"]),
        Field::new("start_depth_m", number(-5.0, 100.0), "起点埋深", "Depth at start")
            .unit("m")
            .aliases(&["起点埋深m"]),
        Field::new("end_depth_m", number(-5.0, 100.0), "终点埋深", "Depth at end").unit("m").aliases(&["终点埋深m"]),
        Field::new("pressure", FieldKind::Choice(PRESSURES), "压力级别", "Pressure").aliases(&["压力"]),
        Field::new("burial", FieldKind::Choice(BURIALS), "埋设方式", "Burial").aliases(&["埋设类型"]),
        Field::new("built_year", YEAR, "建设年份", "Built in").unit("a").aliases(&["埋设年代", "建设年代"]),
        Field::new("line_state", FieldKind::Choice(LINE_STATES), "使用状态", "State").aliases(&["状态"]),
        Field::new("quality_level", FieldKind::Choice(QUALITY_LEVELS), "数据质量", "Quality level")
            .in_tiles()
            .aliases(&["质量等级", "数据来源"]),
    ],
    label_field: Some("code"),
    time_fields: None,
};
