//! Many-to-many walks: what siting chooses from.

use super::search::{Search, Walked};
use crate::snapshot::walk::{Network, Places};

/// Metres from each demand to each site. A missing cell is missing: neither 0 nor 10,000.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub demands: usize,
    pub sites: usize,
    /// By demand, then by site; infinite where there is no way, or none within the limit.
    metres: Vec<f64>,
}

impl Matrix {
    /// The walk in metres, `None` where there is none within the limit.
    pub fn get(&self, demand: usize, site: usize) -> Option<f64> {
        let metres = self.metres[demand * self.sites + site];
        metres.is_finite().then_some(metres)
    }

    /// The row of a demand, infinite where there is no walk.
    pub fn row(&self, demand: usize) -> &[f64] {
        &self.metres[demand * self.sites..(demand + 1) * self.sites]
    }
}

/// The walks from every demand to every site, at most `limit_m` long. Walks are the same both ways, so it
/// is searched from whichever side is smaller. `None` when `is_wanted` turned false.
pub fn cost_matrix(
    network: &Network,
    demands: &Places,
    sites: &Places,
    limit_m: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Matrix> {
    let is_from_sites = sites.len() <= demands.len();
    let (from, to) = if is_from_sites { (sites, demands) } else { (demands, sites) };
    let runs = from_each(network, from, to, limit_m, is_wanted)?;
    let metres = if is_from_sites {
        let mut metres = vec![f64::INFINITY; demands.len() * sites.len()];
        for (site, run) in runs.iter().enumerate() {
            run.iter().enumerate().for_each(|(demand, m)| metres[demand * sites.len() + site] = *m);
        }
        metres
    } else {
        runs.concat()
    };
    Some(Matrix { demands: demands.len(), sites: sites.len(), metres })
}

fn from_each(
    network: &Network,
    from: &Places,
    to: &Places,
    limit_m: f64,
    is_wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Vec<f64>>> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let size = from.len().div_ceil(threads).max(1);
    let indexes: Vec<usize> = (0..from.len()).collect();
    let work = |part: &[usize]| -> Option<Vec<Vec<f64>>> {
        let mut search = Search::new(network);
        part.iter()
            .map(|index| {
                let is_done = search.run([from.place(*index)], limit_m, is_wanted);
                let metres = |place| match search.nearest(place) {
                    Walked::Metres(metres, _) => metres,
                    _ => f64::INFINITY,
                };
                (is_done && is_wanted()).then(|| (0..to.len()).map(|i| metres(to.place(i))).collect())
            })
            .collect()
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = indexes.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        running.into_iter().map(join).collect()
    });
    let parts: Option<Vec<Vec<Vec<f64>>>> = parts.into_iter().collect();
    Some(parts?.concat())
}
