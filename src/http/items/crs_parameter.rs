//! The `crs` and `bbox-crs` parameters (OGC API Features part 2).

use crate::geodesy::Crs;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;

/// The reference system that a parameter names; CRS84 where it is not given.
pub fn take_crs(parameters: &mut Parameters, name: &str) -> Result<Crs, Problem> {
    let Some(given) = parameters.take(name)? else { return Ok(Crs::Crs84) };
    Crs::from_uri(&given)
        .map_err(|error| Problem::parameter(name, format!("{error}; there are {}", Crs::ALL.map(Crs::uri).join(", "))))
}
