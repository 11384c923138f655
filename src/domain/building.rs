//! 楼栋. The footprint's area is computed, never imported: a vendor's attribute was 14.5 % too small.

use super::field::{COUNT, Choice, Field, FieldKind, Title, YEAR, choice, integer, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

pub const BUILDING_USES: &[Choice] = &[
    choice("residential", "住宅", "Residential").aliases(&[
        "居住",
        "apartments",
        "house",
        "dormitory",
        "terrace",
        "detached",
    ]),
    choice("mixed", "商住", "Mixed"),
    choice("commercial", "商业", "Commercial").aliases(&["retail", "office", "hotel", "supermarket", "办公"]),
    choice("public", "公共服务", "Public").aliases(&[
        "school",
        "hospital",
        "university",
        "kindergarten",
        "civic",
        "government",
        "公建",
    ]),
    choice("industrial", "工业仓储", "Industrial").aliases(&["warehouse", "factory", "工业"]),
    choice("other", "其他", "Other").aliases(&["yes"]),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Building,
    name: "building",
    plural: "buildings",
    title: Title { zh: "楼栋", en: "Buildings" },
    description: Title { zh: "建筑物基底轮廓", en: "Building footprints" },
    geometry: GeometryKind::Area,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "楼栋编号", "Code").identifier().aliases(&["编号", "幢号", "osm_id"]),
        Field::new("name", text(200), "楼栋名称", "Name").in_tiles().aliases(&["名称", "楼名", "楼号"]),
        Field::new("community_code", text(64), "所属小区编号", "Community code").aliases(&["小区编号", "小区代码"]),
        Field::new("building_use", FieldKind::Choice(BUILDING_USES), "用途", "Use").in_tiles().aliases(&[
            "房屋用途",
            "building",
            "type",
        ]),
        Field::new("floors", integer(0, 200), "地上层数", "Floors above ground").in_tiles().aliases(&[
            "层数",
            "楼层",
            "building:levels",
            "levels",
        ]),
        Field::new("height_m", number(0.0, 1000.0), "高度", "Height").unit("m").aliases(&["建筑高度", "height"]),
        Field::new("households", COUNT, "户数", "Households").quantity().aliases(&["总户数"]),
        Field::new("units", COUNT, "单元数", "Stairwells").quantity().aliases(&["单元"]),
        Field::new("built_year", YEAR, "建成年份", "Built in").unit("a").aliases(&[
            "建成年代",
            "竣工年份",
            "start_date",
        ]),
        Field::new("has_lift", FieldKind::Boolean, "有电梯", "Has a lift").aliases(&["电梯"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
