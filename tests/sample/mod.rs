//! What the invented city promises, over several seeds, and that the committed one is the default.

mod committed;
mod fields;
mod ground;
mod network;

use pianqu::sample::{City, Params};

/// Small cities, so that a test looks at several.
fn cities() -> impl Iterator<Item = (Params, City)> {
    [1, 2, 3].into_iter().map(|seed| {
        let params = Params { seed, communities: 60, buildings: 1500, utility_lines: 900, utility_works: 50 };
        (params, City::generate(&params).unwrap())
    })
}
