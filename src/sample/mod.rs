//! An invented Ziyang: the same seed gives the same city, byte for byte, on every machine.
//!
//! Invariants: pure and deterministic; only exactly rounded arithmetic reaches a coordinate; every
//! name, operator and number is invented, and says so wherever it is written.

mod buildings;
mod candidate_sites;
mod communities;
mod districts;
mod facilities;
mod feature;
mod gates;
pub mod geojson;
mod ground;
mod land;
mod layout;
mod names;
mod network;
mod precincts;
mod random;
mod river;
mod shape;
mod snapshot;
mod street_class;
mod streets;
mod utilities;
mod works;

use std::collections::BTreeSet;

pub use feature::Feature;
pub use ground::CENTER;

use buildings::Building;
use districts::Districts;
use feature::{areas, lines, point, tenths, text};
use ground::Ground;
use land::{LandUse, Parcel};
use layout::Layout;
use names::StreetNames;
use random::Random;
use shape::ParcelShape;

use crate::domain::{LayerId, Value};

/// What city to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    pub seed: u64,
    /// Old communities, built by the end of 2000.
    pub communities: usize,
    /// All buildings, those of the communities included.
    pub buildings: usize,
    pub utility_lines: usize,
    pub utility_works: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self { seed: 512_002, communities: 364, buildings: 6_800, utility_lines: 5_000, utility_works: 260 }
    }
}

/// The counts contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    #[error("{communities} communities hold more than {buildings} buildings: ask for at least {least}")]
    TooFewBuildings { communities: usize, buildings: usize, least: usize },
}

/// The features of all layers.
pub struct City {
    layers: Vec<Vec<Feature>>,
}

/// A parcel with what stands on it.
struct Site {
    parcel: Parcel,
    buildings: Vec<Building>,
    /// Index of the community, where it is one.
    community: Option<usize>,
}

impl City {
    pub fn layer(&self, id: LayerId) -> &[Feature] {
        &self.layers[id.index()]
    }

    pub fn generate(params: &Params) -> Result<Self, Impossible> {
        let least = params.communities * 7;
        if params.buildings < least {
            let (communities, buildings) = (params.communities, params.buildings);
            return Err(Impossible::TooFewBuildings { communities, buildings, least });
        }
        let (ground, mut layout, mut sites, name_count) = built_city(params);
        let parcels: Vec<Parcel> = sites.iter().map(|site| site.parcel.clone()).collect();
        gates::add_lanes(&mut layout, &parcels);
        streets::add_paths(&mut layout);
        let names = StreetNames::new(&layout.runs, name_count, &mut Random::new(params.seed, "street names"));
        let districts = Districts::new(&layout, &mut Random::new(params.seed, "districts"));

        let mut layers: Vec<Vec<Feature>> = vec![Vec::new(); LayerId::ALL.len()];
        layers[LayerId::ResponsibleBody.index()] = districts.bodies(&ground);
        layers[LayerId::Subdistrict.index()] = districts.subdistricts(&ground);
        layers[LayerId::Neighbourhood.index()] = districts.neighbourhood_features(&ground);

        let mut random = Random::new(params.seed, "communities");
        let mut communities = Vec::new();
        let mut taken = BTreeSet::new();
        let around = communities::Surroundings { ground: &ground, districts: &districts };
        for site in &mut sites {
            if site.parcel.land_use != LandUse::OldHousing {
                continue;
            }
            let street = street_name(&layout, &names, &site.parcel);
            let n = communities.len();
            let community =
                communities::community(n, &site.parcel, &site.buildings, street, &around, &mut taken, &mut random);
            site.community = Some(n);
            communities.push(community);
        }

        layers[LayerId::Building.index()] = building_features(&sites, &communities, params.seed);
        layers[LayerId::Gate.index()] = gate_features(&ground, &sites, &parcels, &communities, params.seed);
        layers[LayerId::Street.index()] = streets::features(
            &ground,
            &layout,
            &names,
            &mut Random::new(params.seed, "paving"),
            &mut Random::new(params.seed, "resurfacing"),
        );
        layers[LayerId::Facility.index()] =
            facilities::features(&ground, &layout, &districts, &sites, &mut Random::new(params.seed, "facilities"));
        layers[LayerId::CandidateSite.index()] =
            candidate_sites::features(&ground, &sites, &mut Random::new(params.seed, "candidate sites"));
        layers[LayerId::UtilityLine.index()] =
            utilities::features(&ground, &layout, params.utility_lines, &mut Random::new(params.seed, "utilities"));
        let works = works::works(
            &ground,
            &layout,
            &names,
            params.utility_works,
            &mut Random::new(params.seed, "works"),
            &mut Random::new(params.seed, "terms of works"),
        );
        layers[LayerId::UtilityWork.index()] = works.works;
        layers[LayerId::SharedTrench.index()] = works.trenches;
        layers[LayerId::Precinct.index()] = precincts::features(&ground, &districts, &sites);
        layers[LayerId::Barrier.index()] = barrier_features(&ground, &layout, &sites, &communities);
        layers[LayerId::Community.index()] = communities.into_iter().map(|it| it.feature).collect();
        Ok(Self { layers })
    }
}

/// Lays out cities of growing size until one holds the buildings that were asked for, and leaves
/// land at its edge empty until it holds no more than that.
fn built_city(params: &Params) -> (Ground, Layout, Vec<Site>, usize) {
    let mut half_v = 2050.0 * (params.buildings as f64 / 7_500.0).sqrt().max(0.5);
    loop {
        let mut name_count = 0;
        half_v = layout::tidy(half_v);
        let half_u = layout::tidy(half_v * 0.96);
        let mut layout = Layout::new(half_u, half_v, &mut Random::new(params.seed, "layout"), &mut name_count);
        let ground = Ground::new(half_u, half_v, layout.river_u, &mut Random::new(params.seed, "ground"));
        let parcels = land::divide(
            &mut layout,
            params.communities + params.communities / 12 + 4,
            &mut Random::new(params.seed, "land"),
        );
        if let Some(parcels) = parcels {
            let mut random = Random::new(params.seed, "buildings");
            let mut sites: Vec<Site> = parcels
                .into_iter()
                .map(|parcel| {
                    let shape = ParcelShape::new(&ground, &parcel);
                    let buildings = buildings::build(&parcel, &shape, &mut random);
                    Site { parcel, buildings, community: None }
                })
                .collect();
            let old = keep_communities(&mut sites, params.communities);
            let count: usize = sites.iter().map(|site| site.buildings.len()).sum();
            if old == params.communities && count >= params.buildings {
                leave_empty(&mut sites, count - params.buildings);
                return (ground, layout, sites, name_count);
            }
        }
        half_v *= 1.06;
    }
}

/// Leaves the first `wanted` parcels of old housing that hold a building as communities, and says
/// how many there are. What else is old belongs to none; parcels that came out empty are land.
fn keep_communities(sites: &mut [Site], wanted: usize) -> usize {
    let mut found = 0;
    for site in sites {
        let is_old = site.parcel.land_use == LandUse::OldHousing;
        if site.buildings.is_empty() && (is_old || site.parcel.land_use == LandUse::NewHousing) {
            site.clear();
        } else if is_old && found < wanted {
            found += 1;
        } else if is_old {
            site.parcel.land_use = LandUse::NewHousing;
        }
    }
    found
}

impl Site {
    /// Leaves the land empty.
    fn clear(&mut self) {
        self.buildings.clear();
        self.parcel.land_use = LandUse::Vacant;
        self.parcel.lane = None;
        self.parcel.is_walled = false;
    }
}

/// Takes `surplus` buildings away, from the edge of the city inwards, never from a community.
fn leave_empty(sites: &mut [Site], mut surplus: usize) {
    let mut outermost: Vec<usize> =
        (0..sites.len()).filter(|&i| sites[i].parcel.land_use != LandUse::OldHousing).collect();
    outermost.sort_by(|&a, &b| sites[b].parcel.far_m.total_cmp(&sites[a].parcel.far_m));
    for index in outermost {
        if surplus == 0 {
            return;
        }
        let site = &mut sites[index];
        let gone = surplus.min(site.buildings.len());
        site.buildings.truncate(site.buildings.len() - gone);
        surplus -= gone;
        if site.buildings.is_empty() {
            site.clear();
        }
    }
}

fn street_name<'a>(layout: &Layout, names: &'a StreetNames, parcel: &Parcel) -> &'a str {
    layout.runs[parcel.street].name.map_or("无名路", |name| names.get(name))
}

fn building_features(sites: &[Site], communities: &[communities::Community], seed: u64) -> Vec<Feature> {
    let mut random = Random::new(seed, "building facts");
    let mut features = Vec::new();
    for site in sites {
        for (index, building) in site.buildings.iter().enumerate() {
            let storey = if building.building_use == "residential" { 2.9 } else { 3.6 };
            let is_home = building.households > 0;
            let is_known = random.chance(0.93);
            let name = (is_home || site.buildings.len() > 1).then(|| text(format!("{}栋", index + 1)));
            features.push(
                Feature::new(areas(vec![building.ring.clone()]))
                    .with("code", text(format!("LD{:06}", features.len() + 1)))
                    .with("name", name)
                    .with("community_code", site.community.map(|n| text(&communities[n].code)))
                    .with("building_use", text(building.building_use))
                    .with("floors", Value::Integer(building.floors))
                    .with("height_m", tenths(building.floors as f64 * storey + 0.6))
                    .with("households", is_home.then_some(Value::Integer(building.households)))
                    .with("units", (is_home && is_known).then_some(Value::Integer(building.units)))
                    .with("built_year", is_known.then_some(Value::Integer(building.built_year)))
                    .with("has_lift", is_home.then_some(Value::Boolean(building.has_lift))),
            );
        }
    }
    features
}

fn gate_features(
    ground: &Ground,
    sites: &[Site],
    parcels: &[Parcel],
    communities: &[communities::Community],
    seed: u64,
) -> Vec<Feature> {
    gates::gates(ground, parcels, &mut Random::new(seed, "gates"))
        .into_iter()
        .enumerate()
        .map(|(index, gate)| {
            let community = sites[gate.parcel].community.map(|n| &communities[n]);
            let owner = community.map_or("", |community| community.name.as_str());
            Feature::new(point(gate.at))
                .with("code", text(format!("CK{:05}", index + 1)))
                .with("name", text(format!("{owner}{}门", gate.side)))
                .with("community_code", community.map(|community| text(&community.code)))
                .with("gate_kind", text(gate.kind))
                .with("is_open", Value::Boolean(gate.is_open))
        })
        .collect()
}

fn barrier_features(
    ground: &Ground,
    layout: &Layout,
    sites: &[Site],
    communities: &[communities::Community],
) -> Vec<Feature> {
    let mut features = vec![river::river(ground, layout), river::railway(ground, layout)];
    for site in sites.iter().filter(|site| site.parcel.is_walled) {
        let name = site.community.map(|n| text(format!("{}围墙", communities[n].name)));
        features.push(
            Feature::new(lines(gates::wall(ground, &site.parcel)))
                .with("name", name)
                .with("barrier_kind", text("wall")),
        );
    }
    for (index, feature) in features.iter_mut().enumerate() {
        feature.properties.insert(0, ("code", text(format!("ZA{:05}", index + 1))));
    }
    features
}
