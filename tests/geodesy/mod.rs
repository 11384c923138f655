//! Other people's vectors for datums and projections, read from the shared data.

mod eviltransform;
mod proj;
