//! One feature of a layer at one revision.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use geo::Rect;

use super::shape::Shape;
use crate::domain::Value;

/// A feature, immutable and shared between revisions.
#[derive(Debug, Clone)]
pub struct Item {
    /// Key in the layer's table; unique in the layer.
    pub id: i64,
    /// Counts the writes to this feature, from 1. The ETag of the feature is made of it.
    pub version: i32,
    pub updated_at: DateTime<Utc>,
    /// Where an import took it from, if one did.
    pub source: Option<Arc<str>>,
    /// In degrees, CGCS2000, as stored.
    pub shape: Shape,
    /// One value for each field of the layer's description, in its order.
    pub values: Box<[Value]>,
}

impl Item {
    /// The bounding box in degrees.
    pub fn bounds(&self) -> Rect<f64> {
        self.shape.bounds()
    }
}
