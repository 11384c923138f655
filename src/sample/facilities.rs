//! Services: enough of each kind in some neighbourhoods, too few or none in others.

use std::collections::BTreeMap;

use geo::Coord;

use super::Site;
use super::districts::Districts;
use super::feature::{Feature, point, tenths, text};
use super::ground::Ground;
use super::land::LandUse;
use super::layout::{Layout, Run};
use super::names;
use super::random::Random;
use super::street_class::StreetClass;
use crate::domain::Value;

/// Where a kind of facility is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Home,
    Shop,
    Public,
    /// In the open: a park, or land that lies idle.
    Open,
}

struct Kind {
    code: &'static str,
    zh: &'static str,
    host: Host,
    /// Households that one serves, and the share of neighbourhoods that go without.
    households: f64,
    gap: f64,
    /// Floor area, land area and capacity: least and most; zeros where the kind has none.
    floor_m2: (f64, f64),
    land_m2: (f64, f64),
    capacity: (i64, i64),
}

const fn kind(code: &'static str, zh: &'static str, host: Host, households: f64, gap: f64) -> Kind {
    Kind { code, zh, host, households, gap, floor_m2: (0.0, 0.0), land_m2: (0.0, 0.0), capacity: (0, 0) }
}

impl Kind {
    const fn floor(mut self, least: f64, most: f64) -> Self {
        self.floor_m2 = (least, most);
        self
    }

    const fn land(mut self, least: f64, most: f64) -> Self {
        self.land_m2 = (least, most);
        self
    }

    const fn places(mut self, least: i64, most: i64) -> Self {
        self.capacity = (least, most);
        self
    }
}

const KINDS: &[Kind] = &[
    kind("community_service_station", "社区服务站", Host::Home, 2600.0, 0.12).floor(180.0, 1100.0),
    kind("street_service_center", "街道便民服务中心", Host::Public, 15000.0, 0.20).floor(700.0, 1500.0),
    kind("health_station", "社区卫生服务站", Host::Home, 3200.0, 0.24).floor(90.0, 280.0),
    kind("health_center", "社区卫生服务中心", Host::Public, 14000.0, 0.20).floor(1500.0, 3200.0),
    kind("kindergarten", "幼儿园", Host::Home, 2200.0, 0.15).floor(900.0, 3600.0).land(1200.0, 5600.0).places(90, 360),
    kind("nursery", "托育园", Host::Home, 5200.0, 0.45).floor(160.0, 620.0).places(20, 80),
    kind("elder_daycare", "日间照料中心", Host::Home, 3600.0, 0.36).floor(180.0, 760.0).places(10, 40),
    kind("nursing_home", "养老院", Host::Public, 16000.0, 0.40).floor(2600.0, 9000.0).places(80, 260),
    kind("canteen", "社区食堂", Host::Home, 5200.0, 0.50).floor(80.0, 320.0).places(30, 120),
    kind("housekeeping", "家政服务点", Host::Shop, 3000.0, 0.30).floor(20.0, 90.0),
    kind("wet_market", "农贸市场", Host::Shop, 5600.0, 0.22).floor(600.0, 3200.0),
    kind("convenience_store", "便利店", Host::Home, 480.0, 0.02).floor(30.0, 140.0),
    kind("supermarket", "生活超市", Host::Shop, 4200.0, 0.15).floor(300.0, 4200.0),
    kind("pharmacy", "药店", Host::Home, 1300.0, 0.05).floor(40.0, 180.0),
    kind("parcel", "快递驿站", Host::Home, 1100.0, 0.08).floor(15.0, 80.0),
    kind("culture_station", "文化活动站", Host::Home, 4200.0, 0.30).floor(120.0, 900.0),
    kind("culture_center", "文化活动中心", Host::Public, 19000.0, 0.35).floor(2200.0, 6000.0),
    kind("outdoor_fitness", "健身点", Host::Open, 1700.0, 0.15).land(120.0, 700.0),
    kind("small_sports_ground", "球场", Host::Open, 4200.0, 0.30).land(600.0, 1300.0),
    kind("medium_sports_ground", "体育场地", Host::Open, 12000.0, 0.45).land(1300.0, 2500.0),
    kind("child_elder_play", "儿童老人活动场", Host::Open, 2100.0, 0.28).land(150.0, 460.0),
    kind("green", "口袋公园", Host::Open, 3200.0, 0.20).land(800.0, 9000.0),
    kind("public_toilet", "公共厕所", Host::Open, 2600.0, 0.12).floor(30.0, 90.0),
    kind("waste_station", "垃圾收集站", Host::Open, 3200.0, 0.12).land(100.0, 220.0),
    kind("recycle_point", "再生资源回收点", Host::Shop, 2800.0, 0.30).land(6.0, 30.0),
    kind("parking", "停车场", Host::Open, 2200.0, 0.20).land(700.0, 5200.0).places(30, 220),
    kind("smart_security", "智能安防值守点", Host::Home, 4600.0, 0.55).floor(10.0, 30.0),
    kind("police_station", "派出所", Host::Public, 15000.0, 0.15).floor(900.0, 1700.0),
    kind("property_office", "物业服务用房", Host::Home, 2400.0, 0.35).floor(25.0, 160.0),
];

/// Metres between bus stops on a main street.
const BUS_STOP_M: f64 = 520.0;

/// All facilities. Offices and schools are named for their neighbourhood.
pub fn features(
    ground: &Ground,
    layout: &Layout,
    districts: &Districts,
    sites: &[Site],
    random: &mut Random,
) -> Vec<Feature> {
    let mut hosts: BTreeMap<usize, Hosts> = BTreeMap::new();
    for site in sites {
        let at = districts.neighbourhood_at(site.parcel.plot.middle());
        hosts.entry(at).or_default().add(ground, site, random);
    }
    let mut found: Vec<(Feature, Coord<f64>)> = Vec::new();
    for (&at, hosts) in &hosts {
        let neighbourhood = districts.neighbourhoods[at].name.trim_end_matches("社区");
        for kind in KINDS {
            let is_gap = random.chance(kind.gap);
            let share = if is_gap { random.between(0.0, 0.5) } else { random.between(0.85, 1.25) };
            let count = (hosts.households as f64 / kind.households * share + random.unit() * 0.7) as usize;
            for n in 0..count {
                let Some(place) = hosts.place(kind.host, random) else { break };
                let name = match n {
                    0 => format!("{neighbourhood}{}", kind.zh),
                    n => format!("{neighbourhood}{}{}", names::word(at * 7 + 31, n), kind.zh),
                };
                found.push((describe(kind, &name, place, random), place));
            }
        }
        for (n, school) in hosts.schools.iter().enumerate() {
            let kind = if school.area_m2 > 30_000.0 && n % 2 == 1 {
                kind("junior_school", "初级中学", Host::Public, 0.0, 0.0).floor(9000.0, 22000.0).places(900, 1900)
            } else if school.area_m2 > 16_000.0 {
                kind("primary_school", "小学", Host::Public, 0.0, 0.0).floor(6000.0, 16000.0).places(700, 2000)
            } else {
                kind("kindergarten", "幼儿园", Host::Public, 0.0, 0.0).floor(2200.0, 4500.0).places(180, 360)
            };
            let kind = kind.land(school.area_m2 * 0.97, school.area_m2);
            let name = format!("{}{}", names::word(at * 11 + 5, n), kind.zh);
            found.push((describe(&kind, &name, school.place, random), school.place));
        }
    }
    for (place, street) in bus_stops(ground, layout) {
        let name = format!("{}站", names::word(street, found.len()));
        let feature = Feature::new(point(place))
            .with("name", text(name))
            .with("facility_kind", text("bus_stop"))
            .with("is_open", Value::Boolean(true));
        found.push((feature, place));
    }
    for (index, (feature, _)) in found.iter_mut().enumerate() {
        feature.properties.insert(0, ("code", text(format!("SS{:05}", index + 1))));
    }
    found.into_iter().map(|(feature, _)| feature).collect()
}

fn describe(kind: &Kind, name: &str, place: Coord<f64>, random: &mut Random) -> Feature {
    let between = |random: &mut Random, (least, most): (f64, f64)| {
        let drawn = random.between(least, most);
        (most > 0.0 && random.chance(0.88)).then(|| tenths(drawn))
    };
    let floor = between(random, kind.floor_m2);
    let land = between(random, kind.land_m2);
    let capacity = random.integer(kind.capacity.0, kind.capacity.1);
    let is_public = matches!(kind.host, Host::Public | Host::Open);
    let operator = match () {
        () if is_public => None,
        () if random.chance(0.5) => Some(format!("{}服务有限公司（虚构）", names::word(capacity as usize, 3))),
        () => None,
    };
    Feature::new(point(place))
        .with("name", text(name))
        .with("facility_kind", text(kind.code))
        .with("building_area_m2", floor)
        .with("land_area_m2", land)
        .with("capacity", (kind.capacity.1 > 0 && random.chance(0.9)).then_some(Value::Integer(capacity)))
        .with("opened_year", random.chance(0.6).then(|| Value::Integer(random.integer(1992, 2019))))
        .with("operator", operator.map(text))
        .with("is_open", (random.chance(0.95)).then(|| Value::Boolean(random.chance(0.94))))
}

struct School {
    place: Coord<f64>,
    area_m2: f64,
}

/// The places of one neighbourhood where a facility may be.
#[derive(Default)]
struct Hosts {
    households: i64,
    homes: Vec<Vec<Coord<f64>>>,
    shops: Vec<Vec<Coord<f64>>>,
    public: Vec<Vec<Coord<f64>>>,
    open: Vec<Coord<f64>>,
    schools: Vec<School>,
}

impl Hosts {
    fn add(&mut self, ground: &Ground, site: &Site, random: &mut Random) {
        let plot = &site.parcel.plot;
        for building in &site.buildings {
            self.households += building.households;
            match building.building_use {
                "residential" | "mixed" => self.homes.push(building.ring.clone()),
                "commercial" => self.shops.push(building.ring.clone()),
                "public" if site.parcel.land_use == LandUse::Public => self.public.push(building.ring.clone()),
                _ => {}
            }
        }
        match site.parcel.land_use {
            LandUse::Park | LandUse::Vacant => {
                for _ in 0..6 {
                    let share = || 0.12;
                    let u = random.between(plot.west + plot.width() * share(), plot.east - plot.width() * share());
                    let v = random.between(plot.south + plot.height() * share(), plot.north - plot.height() * share());
                    self.open.push(ground.at(u, v));
                }
            }
            LandUse::School if !site.buildings.is_empty() => {
                let place = inside(&site.buildings[0].ring, random);
                self.schools.push(School { place, area_m2: plot.width() * plot.height() });
            }
            // The corner of a yard.
            LandUse::OldHousing | LandUse::NewHousing if plot.width() > 70.0 => {
                self.open.push(ground.at(plot.west + 2.2, plot.south + plot.height() * random.between(0.2, 0.8)));
            }
            _ => {}
        }
    }

    fn place(&self, host: Host, random: &mut Random) -> Option<Coord<f64>> {
        let first = match host {
            Host::Home => &self.homes,
            Host::Shop if !self.shops.is_empty() => &self.shops,
            Host::Public if !self.public.is_empty() => &self.public,
            Host::Shop | Host::Public => &self.homes,
            Host::Open if self.open.is_empty() => return None,
            Host::Open => return Some(*random.pick(&self.open)),
        };
        if first.is_empty() {
            return None;
        }
        let building: &Vec<Coord<f64>> = random.pick(first);
        Some(inside(building, random))
    }
}

/// A place inside a building, near one of its corners; in an L or a U the corner of a wing.
fn inside(ring: &[Coord<f64>], random: &mut Random) -> Coord<f64> {
    let corner = ring[0];
    let (next, last) = (ring[1], ring[ring.len() - 1]);
    let (along, across) = (random.between(0.15, 0.85), 0.35);
    // The wing at the first corner spans from its neighbours on both sides.
    let across = if ring.len() > 4 { across * 0.3 } else { across };
    Coord {
        x: corner.x + (next.x - corner.x) * along + (last.x - corner.x) * across,
        y: corner.y + (next.y - corner.y) * along + (last.y - corner.y) * across,
    }
}

/// Stops on both sides of main streets, with the number of the street's name.
fn bus_stops(ground: &Ground, layout: &Layout) -> Vec<(Coord<f64>, usize)> {
    let is_main =
        |run: &Run| matches!(run.class, StreetClass::Primary | StreetClass::Secondary) && run.to - run.from > 300.0;
    let mut stops = Vec::new();
    for run in layout.runs.iter().filter(|run| is_main(run)) {
        let (low, high) = match run.axis {
            super::layout::Axis::U => (run.from.max(-layout.half_u), run.to.min(layout.half_u)),
            super::layout::Axis::V => (run.from.max(-layout.half_v), run.to.min(layout.half_v)),
        };
        let count = ((high - low) / BUS_STOP_M).floor() as usize;
        for n in 0..count {
            let along = low + BUS_STOP_M * (n as f64 + 0.5);
            for side in [-1.0, 1.0] {
                let beside = run.at + side * (run.class.width_m() / 2.0 + 2.0);
                let (u, v) = match run.axis {
                    super::layout::Axis::U => (along + side * 20.0, beside),
                    super::layout::Axis::V => (beside, along + side * 20.0),
                };
                if (u - layout.river_u).abs() > super::layout::RIVER_STREET_M - 5.0 {
                    stops.push((ground.at(u, v), run.name.unwrap_or(0)));
                }
            }
        }
    }
    stops
}
