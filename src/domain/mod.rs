//! The words of the trade, one file a noun, and the rules that need nothing but them.
//!
//! Invariants: nothing here does I/O, asks the clock or knows another room of the program.

pub mod account;
pub mod field;
mod field_value;
pub mod layer;
pub mod name;
pub mod value;
pub mod viewer;

mod barrier;
mod building;
mod candidate_site;
pub mod clearance;
mod community;
pub mod eligibility;
mod facility;
mod gate;
pub mod moratorium;
mod neighbourhood;
pub mod pipe;
pub mod pipe_order;
mod precinct;
mod responsible_body;
pub mod rule;
pub mod scheme;
mod shared_trench;
mod street;
mod subdistrict;
pub mod trench_plan;
mod utility_kind;
mod utility_line;
mod utility_work;

pub use field::{Choice, Field, FieldKind, Role, Title};
pub use layer::{Audience, GeometryKind, LayerDescription, LayerId, RowKey, RowRule};
pub use name::Name;
pub use value::Value;
pub use viewer::{Sight, Viewer};
