//! Scraps of land and idle public rooms.

use chrono::NaiveDate;

use super::Site;
use super::feature::{Feature, point, tenths, text, yuan};
use super::ground::Ground;
use super::land::LandUse;
use super::names;
use super::random::Random;
use crate::domain::Value;

const OWNERS: &[&str] =
    &["国资公司（虚构）", "街道办事处", "供销社（虚构）", "粮食局（虚构）", "房管所（虚构）", "城投公司（虚构）"];

pub fn features(ground: &Ground, sites: &[Site], random: &mut Random) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    for site in sites {
        let plot = &site.parcel.plot;
        let share = match site.parcel.land_use {
            LandUse::Vacant => 0.30,
            LandUse::OldHousing => 0.09,
            LandUse::Public | LandUse::Commerce => 0.22,
            _ => 0.0,
        };
        if !random.chance(share) {
            continue;
        }
        let is_land = site.parcel.land_use == LandUse::Vacant || random.chance(0.45);
        // Land: a strip along the parcel's western edge, which no building comes near.
        let place = if is_land {
            ground.at(plot.west + 1.8, plot.south + plot.height() * random.between(0.2, 0.8))
        } else {
            let Some(building) = site.buildings.first() else { continue };
            let (a, b, c) = (building.ring[0], building.ring[1], building.ring[building.ring.len() - 1]);
            geo::Coord {
                x: a.x + (b.x - a.x) * 0.5 + (c.x - a.x) * 0.08,
                y: a.y + (b.y - a.y) * 0.5 + (c.y - a.y) * 0.08,
            }
        };
        let area = if is_land { random.between(120.0, 2600.0) } else { random.between(60.0, 900.0) };
        let means = if is_land {
            random.weighted(&[("build", 0.8), ("swap", 0.2)])
        } else {
            random.weighted(&[("lease", 0.5), ("purchase", 0.3), ("swap", 0.2)])
        };
        let (year, month) = (random.integer(2020, 2023), random.integer(1, 12));
        let per_m2 = if is_land { 2_600.0 } else { 1_400.0 };
        let n = features.len();
        let what = if is_land { "零星地块" } else { "闲置用房" };
        features.push(
            Feature::new(point(place))
                .with("code", text(format!("XZ{:04}", n + 1)))
                .with("name", text(format!("{}{what}{}号", names::word(71, n), n + 1)))
                .with("site_kind", text(if is_land { "spare_land" } else { "idle_public_room" }))
                .with("area_m2", tenths(area))
                .with("owner", text(*random.pick(OWNERS)))
                .with("means", random.chance(0.9).then(|| text(means)))
                .with(
                    "available_on",
                    NaiveDate::from_ymd_opt(year as i32, month as u32, 1)
                        .filter(|_| random.chance(0.8))
                        .map(Value::Date),
                )
                .with("estimated_cost", yuan((area * per_m2 * random.between(0.7, 1.4) / 1000.0).round() * 1000.0)),
        );
    }
    features
}
