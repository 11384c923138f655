//! 设施: the services of the plan's 提升类 (二(二)) and of the living circles (GB 50180-2018).

use super::field::{COUNT, Choice, Field, FieldKind, Title, YEAR, choice, number, text};
use super::layer::{Audience, GeometryKind, LayerDescription, LayerId, RowRule};

/// 设施类别. The codes are those of the standards table, so that a rule finds its facilities.
pub const FACILITY_KINDS: &[Choice] = &[
    choice("community_service_station", "社区服务站", "Community service station").aliases(&[
        "社区综合服务站",
        "党群服务中心",
        "居委会",
    ]),
    choice("street_service_center", "街道社区服务中心", "Subdistrict service centre").aliases(&["社区服务中心"]),
    choice("health_station", "社区卫生服务站", "Health station").aliases(&["卫生服务站", "诊所", "clinic", "doctors"]),
    choice("health_center", "社区卫生服务中心", "Health centre").aliases(&["卫生服务中心", "医院", "hospital"]),
    choice("kindergarten", "幼儿园", "Kindergarten"),
    choice("nursery", "托儿所", "Nursery").aliases(&["托育", "托育机构", "childcare"]),
    choice("primary_school", "小学", "Primary school").aliases(&["school"]),
    choice("junior_school", "初中", "Junior school").aliases(&["中学"]),
    choice("elder_daycare", "日间照料中心", "Elder day care").aliases(&[
        "养老服务站",
        "老年服务站",
        "托老所",
        "老年人日间照料中心",
    ]),
    choice("nursing_home", "养老院", "Nursing home").aliases(&[
        "敬老院",
        "老年养护院",
        "nursing_home",
        "social_facility",
    ]),
    choice("canteen", "社区食堂", "Community canteen").aliases(&["助餐点", "老年食堂", "助餐"]),
    choice("housekeeping", "家政服务点", "Housekeeping service").aliases(&[
        "家政保洁",
        "家政",
        "laundry",
        "dry_cleaning",
    ]),
    choice("wet_market", "菜市场", "Wet market").aliases(&["便民市场", "生鲜超市", "农贸市场", "marketplace"]),
    choice("convenience_store", "便利店", "Convenience store").aliases(&["convenience", "小超市"]),
    choice("supermarket", "综合超市", "Supermarket").aliases(&["超市"]),
    choice("pharmacy", "药店", "Pharmacy"),
    choice("parcel", "邮政快递末端综合服务站", "Parcel station").aliases(&[
        "快递驿站",
        "邮政",
        "快递",
        "post_office",
        "post_box",
        "parcel_locker",
    ]),
    choice("culture_station", "文化活动站", "Culture station").aliases(&["community_centre", "文化站"]),
    choice("culture_center", "文化活动中心", "Culture centre").aliases(&["library", "文化馆"]),
    choice("outdoor_fitness", "室外健身场地", "Outdoor fitness ground").aliases(&["健身点", "fitness_station"]),
    choice("small_sports_ground", "小型运动场地", "Small sports ground").aliases(&["pitch"]),
    choice("medium_sports_ground", "中型运动场地", "Medium sports ground").aliases(&["sports_centre"]),
    choice("child_elder_play", "儿童老年人活动场地", "Play area").aliases(&["playground"]),
    choice("green", "公共绿地", "Public green").aliases(&["park", "集中绿地", "口袋公园"]),
    choice("public_toilet", "公共厕所", "Public toilet").aliases(&["toilets", "公厕"]),
    choice("waste_station", "生活垃圾收集站", "Waste station").aliases(&["垃圾站"]),
    choice("recycle_point", "再生资源回收点", "Recycling point").aliases(&["recycling"]),
    choice("bus_stop", "公交车站", "Bus stop").aliases(&["公交站"]),
    choice("parking", "停车设施", "Parking").aliases(&["停车场"]),
    choice("smart_security", "智能安防设施", "Smart security").aliases(&["周界防护", "智能感知设施"]),
    choice("police_station", "派出所", "Police station").aliases(&["police"]),
    choice("property_office", "物业用房", "Property office"),
    choice("other", "其他", "Other"),
];

pub static LAYER: LayerDescription = LayerDescription {
    id: LayerId::Facility,
    name: "facility",
    plural: "facilities",
    title: Title { zh: "设施", en: "Facilities" },
    description: Title { zh: "小区周边公共服务设施", en: "Public services around communities" },
    geometry: GeometryKind::Point,
    audience: Audience::Public,
    rows: RowRule::All,
    fields: &[
        Field::new("code", text(64), "设施编号", "Code").identifier().aliases(&["编号", "osm_id"]),
        Field::new("name", text(200), "设施名称", "Name").in_tiles().aliases(&["名称"]),
        Field::new("facility_kind", FieldKind::Choice(FACILITY_KINDS), "设施类别", "Kind")
            .required()
            .in_tiles()
            .aliases(&["类别", "类型", "设施类型", "amenity", "kind"]),
        Field::new("building_area_m2", number(0.0, 1e7), "建筑面积", "Floor area")
            .quantity()
            .unit("m2")
            .aliases(&["面积", "建筑面积m2"]),
        Field::new("land_area_m2", number(0.0, 1e8), "用地面积", "Land area")
            .quantity()
            .unit("m2")
            .aliases(&["占地面积"]),
        Field::new("capacity", COUNT, "规模（床位、托位、学位）", "Capacity (beds, places)").quantity().aliases(&[
            "床位",
            "托位",
            "学位",
            "规模",
            "核定人数",
        ]),
        Field::new("opened_year", YEAR, "启用年份", "Opened in").unit("a").aliases(&["启用时间"]),
        Field::new("operator", text(200), "运营单位", "Operator").aliases(&["单位", "管理单位"]),
        Field::new("is_open", FieldKind::Boolean, "是否在用", "In use").in_tiles().aliases(&["在用"]),
    ],
    label_field: Some("name"),
    time_fields: None,
};
