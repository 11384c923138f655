//! The city as a snapshot, for measuring and testing without a database.

use chrono::{DateTime, Utc};

use super::City;
use crate::domain::{LayerId, Value};
use crate::snapshot::{Item, Layer, Shape, Snapshot};

impl City {
    /// All layers at revision 1, with ids from 1 in each.
    pub fn into_snapshot(self, taken_at: DateTime<Utc>) -> Snapshot {
        let layers = LayerId::ALL.into_iter().zip(self.layers).map(|(id, features)| {
            let fields = id.describe().fields;
            let items = features.into_iter().zip(1..).map(|(feature, item_id)| {
                let mut values: Box<[Value]> = fields.iter().map(|_| Value::Null).collect();
                for (name, value) in feature.properties {
                    let (index, _) = id.describe().field(name).expect("the sample names fields of the domain");
                    values[index] = value;
                }
                Item {
                    id: item_id,
                    version: 1,
                    updated_at: taken_at,
                    source: None,
                    shape: Shape::new(feature.geometry).expect("the sample makes shapes of the stored types"),
                    values,
                }
            });
            Layer::new(id, items)
        });
        Snapshot::empty(taken_at).with_layers(1, taken_at, layers)
    }
}
