//! A few drafts of precincts: the neighbourhoods with the most communities.

use super::Site;
use super::districts::Districts;
use super::feature::{Feature, areas, text};
use super::ground::Ground;
use crate::domain::Value;

const DRAFTS: usize = 6;

pub fn features(ground: &Ground, districts: &Districts, sites: &[Site]) -> Vec<Feature> {
    let mut counts = vec![0usize; districts.neighbourhoods.len()];
    for site in sites.iter().filter(|site| site.community.is_some()) {
        counts[districts.neighbourhood_at(site.parcel.plot.middle())] += 1;
    }
    let mut order: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(counts[i]), i));
    order
        .into_iter()
        .take(DRAFTS)
        .enumerate()
        .map(|(n, i)| {
            let neighbourhood = &districts.neighbourhoods[i];
            Feature::new(areas(vec![districts.plot_ring(ground, &neighbourhood.plot)]))
                .with("code", text(format!("PQ{:03}", n + 1)))
                .with("name", text(format!("{}片区", neighbourhood.name.trim_end_matches("社区"))))
                .with("scheme", text("示例划分草案"))
                .with("precinct_state", text("draft"))
                .with("responsible_body", text(districts.body_code(neighbourhood.plot.middle())))
                .with("start_year", Value::Integer(2020 + n as i64 / 2))
                .with("is_pilot", Value::Boolean(n == 0))
        })
        .collect()
}
