//! The facts of the old communities. What a survey would not find is left out.

use super::buildings::Building;
use super::districts::Districts;
use super::feature::{Feature, areas, tenths, text, yuan};
use super::ground::Ground;
use super::land::Parcel;
use super::names;
use super::random::Random;
use super::shape::boundary;
use crate::domain::Value;

pub struct Community {
    pub code: String,
    pub name: String,
    pub feature: Feature,
}

/// Employers of the planned economy, invented.
const WORKS: &[&str] = &[
    "机械厂",
    "棉纺厂",
    "丝绸厂",
    "糖厂",
    "酒厂",
    "印刷厂",
    "农机厂",
    "化肥厂",
    "水泥厂",
    "食品厂",
    "皮革厂",
    "玻璃厂",
    "造纸厂",
    "木器厂",
    "搪瓷厂",
    "制药厂",
    "车辆厂",
    "机床厂",
    "纺织站",
    "供销社",
    "粮食局",
    "商业局",
    "邮电局",
    "水电局",
    "运输公司",
    "百货公司",
    "五金公司",
    "外贸公司",
    "建筑公司",
    "医药公司",
    "地质队",
    "航运社",
    "第一小学",
    "师范学校",
    "卫校",
    "党校",
];

const ENDINGS: &[&str] = &["苑", "小区", "花园", "新村", "新居", "家园"];

/// A name for the `n`-th community; never the same twice.
fn name(n: usize, parcel: &Parcel, street: &str, is_scattered: bool, random: &mut Random, offset: usize) -> String {
    let number = random.integer(3, 268);
    if is_scattered {
        return format!("{street}{number}号楼栋");
    }
    let word = names::word(offset, n);
    match random.integer(0, 9) {
        0..=3 => format!("{street}{number}号小区"),
        4..=6 => {
            let works = random.pick(WORKS);
            let kind = if parcel.plot.width() > 80.0 { "生活区" } else { random.pick(&["宿舍", "家属院"]) };
            format!("{word}{works}{kind}")
        }
        _ => format!("{word}{}", random.pick(ENDINGS)),
    }
}

pub struct Surroundings<'a> {
    pub ground: &'a Ground,
    pub districts: &'a Districts,
}

/// The community on a parcel, from the buildings that stand on it.
pub fn community(
    n: usize,
    parcel: &Parcel,
    buildings: &[Building],
    street: &str,
    around: &Surroundings,
    taken: &mut std::collections::BTreeSet<String>,
    random: &mut Random,
) -> Community {
    let is_scattered = !parcel.is_walled;
    let mut called = name(n, parcel, street, is_scattered, random, 17);
    let first = called.clone();
    let mut round = 1;
    while !taken.insert(called.clone()) {
        round += 1;
        called = format!("{first}（{}区）", names::ordinal(round));
    }
    let code = format!("XQ{:05}", n + 1);

    let households: i64 = buildings.iter().map(|building| building.households).sum();
    let floor_area: f64 = buildings.iter().map(|building| building.footprint_m2 * building.floors as f64).sum();
    let built_year = buildings.iter().map(|building| building.built_year).min();
    let population = (households as f64 * random.between(2.1, 3.0)) as i64;
    let elders = (population as f64 * random.between(0.15, 0.34)) as i64;
    let small_children = (population as f64 * random.between(0.012, 0.036)) as i64;

    let is_dormitory = called.contains('厂') || called.contains("宿舍") || called.contains("家属院");
    let tenure = if is_dormitory {
        random.weighted(&[("work_unit", 0.45), ("reformed", 0.42), ("cooperative", 0.13)])
    } else {
        random.weighted(&[
            ("commercial", 0.42),
            ("reformed", 0.36),
            ("cooperative", 0.10),
            ("public", 0.09),
            ("other", 0.03),
        ])
    };
    let is_old = built_year.is_some_and(|year| year < 1985);
    let structure = random.weighted(&[
        ("safe", if is_old { 0.66 } else { 0.90 }),
        ("to_be_surveyed", if is_old { 0.29 } else { 0.09 }),
        ("unsafe", if is_old { 0.05 } else { 0.01 }),
    ]);
    let management = if is_scattered {
        random.weighted(&[("none", 0.7), ("neighbourhood", 0.3)])
    } else {
        random.weighted(&[
            ("none", 0.30),
            ("self_managed", 0.22),
            ("neighbourhood", 0.24),
            ("work_unit", if is_dormitory { 0.20 } else { 0.02 }),
            ("property_company", 0.12),
        ])
    };
    let class = random.weighted(&[("basic", 0.58), ("improved", 0.32), ("promoted", 0.10)]);
    // About 26,000 yuan a household: 3.18 million for 121.
    let cost = households as f64 * random.between(17_500.0, 35_000.0);
    let plan_year = random.weighted(&[(2020, 0.30), (2021, 0.38), (2022, 0.32)]);
    let middle = parcel.plot.middle();
    let neighbourhood = &around.districts.neighbourhoods[around.districts.neighbourhood_at(middle)];

    let known = |random: &mut Random, share: f64, value: Value| random.chance(share).then_some(value);
    let ring = boundary(parcel).into_iter().map(|(u, v)| around.ground.at(u, v)).collect();
    let remark = random.chance(0.10).then(|| {
        text(*random.pick(&[
            "排水管网堵塞，汛期底层返水",
            "无消防通道，停车占道",
            "屋面渗漏，外墙抹灰脱落",
            "一户一表未改造",
            "居民改造意愿强烈，已自筹部分资金",
            "围墙部分倒塌，需先行排危",
        ]))
    });
    let feature = Feature::new(areas(vec![ring]))
        .with("code", text(&code))
        .with("name", text(&called))
        .with("address", text(format!("{street}{}号", random.integer(1, 320))))
        .with("responsible_body", text(around.districts.body_code(middle)))
        .with("subdistrict_code", text(around.districts.subdistrict_code(middle)))
        .with("neighbourhood", text(&neighbourhood.name))
        .with("is_scattered", Value::Boolean(is_scattered))
        .with("built_year", built_year.map(Value::Integer))
        .with("households", Value::Integer(households))
        .with("building_count", Value::Integer(buildings.len() as i64))
        .with("floor_area_m2", tenths(floor_area))
        .with("population", known(random, 0.90, Value::Integer(population)))
        .with("elders", known(random, 0.80, Value::Integer(elders)))
        .with("small_children", known(random, 0.74, Value::Integer(small_children)))
        .with("tenure", known(random, 0.93, text(tenure)))
        .with("has_legal_title", known(random, 0.88, Value::Boolean(true)).map(|_| Value::Boolean(random.chance(0.95))))
        .with("structure_state", known(random, 0.86, text(structure)))
        .with("in_demolition_plan", known(random, 0.90, Value::Null).map(|_| Value::Boolean(random.chance(0.035))))
        .with("is_self_built", known(random, 0.92, Value::Null).map(|_| Value::Boolean(random.chance(0.03))))
        .with("management", known(random, 0.94, text(management)))
        .with("renewal_class", known(random, 0.82, text(class)))
        .with("plan_year", known(random, 0.80, Value::Integer(plan_year)))
        .with("estimated_cost", known(random, 0.85, yuan((cost / 1000.0).round() * 1000.0)))
        .with("remark", remark);
    Community { code, name: called, feature }
}
