//! One layer of a snapshot: its items in the order of their ids, and an R-tree over their boxes.

use std::sync::Arc;

use geo::Rect;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::area::Area;
use super::item::Item;
use super::mask::{Masks, Seen};
use crate::domain::{Field, LayerDescription, LayerId, Value, Viewer};

/// A frozen layer.
#[derive(Clone)]
pub struct Layer {
    id: LayerId,
    items: Vec<Arc<Item>>,
    tree: RTree<Leaf>,
    masks: Masks,
}

/// What the R-tree holds: the box beside the pointer, so that a search does not touch the item.
#[derive(Debug, Clone)]
struct Leaf {
    bounds: [f64; 4],
    item: Arc<Item>,
}

impl Layer {
    pub fn empty(id: LayerId) -> Self {
        Self { id, items: Vec::new(), tree: RTree::new(), masks: Masks::default() }
    }

    /// A layer of these items, in any order.
    pub fn new(id: LayerId, items: impl IntoIterator<Item = Item>) -> Self {
        let mut items: Vec<Arc<Item>> = items.into_iter().map(Arc::new).collect();
        items.sort_unstable_by_key(|item| item.id);
        Self::of_sorted(id, items)
    }

    fn of_sorted(id: LayerId, items: Vec<Arc<Item>>) -> Self {
        let tree = RTree::bulk_load(items.iter().map(Leaf::of).collect());
        Self { id, items, tree, masks: Masks::default() }
    }

    /// The layer as this viewer may see it and no more. `area` finds where the body lies that asks.
    pub(super) fn for_viewer(&self, viewer: Viewer, area: &dyn Fn(Viewer) -> Option<Area>) -> &Layer {
        let viewer = viewer.on(self.describe());
        if Seen::is_all(self.describe(), viewer) {
            return self;
        }
        self.masks.of(viewer, &|| {
            let seen = Seen { viewer, area: area(viewer).map(Arc::new) };
            let items = self.items.iter().filter_map(|item| seen.item(self.describe(), item)).collect();
            (Self::of_sorted(self.id, items), seen)
        })
    }

    /// True when what somebody sees of the layer depends on where a body lies.
    pub(super) fn has_masks_of_areas(&self) -> bool {
        self.masks.iter().any(|(_, seen)| matches!(seen.viewer, Viewer::Body(_)))
    }

    pub fn id(&self) -> LayerId {
        self.id
    }

    pub fn describe(&self) -> &'static LayerDescription {
        self.id.describe()
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// In the order of their ids.
    pub(in crate::snapshot) fn items(&self) -> &[Arc<Item>] {
        &self.items
    }

    pub fn find(&self, id: i64) -> Option<&Arc<Item>> {
        self.items.binary_search_by_key(&id, |item| item.id).ok().map(|at| &self.items[at])
    }

    /// The layer with these items written over it and these ids taken out.
    ///
    /// Costs a copy of the pointers and of the tree, not of the items. When a large share of the
    /// layer changes, the tree is packed anew instead.
    pub fn with_changes(&self, written: Vec<Item>, removed: &[i64]) -> Self {
        let written: Vec<Arc<Item>> = written.into_iter().map(Arc::new).collect();
        let mut gone: Vec<i64> = written.iter().map(|item| item.id).chain(removed.iter().copied()).collect();
        gone.sort_unstable();
        gone.dedup();
        let mut next = self.changed(&written, &gone);
        // Carried on, as making them anew would look at every row again.
        next.masks = self.masks.iter().fold(Masks::default(), |masks, (layer, seen)| {
            let written: Vec<_> = written.iter().filter_map(|item| seen.item(self.describe(), item)).collect();
            masks.with(layer.changed(&written, &gone), seen.clone())
        });
        next
    }

    /// `gone` are in order, and hold the ids of what is written.
    fn changed(&self, written: &[Arc<Item>], gone: &[i64]) -> Self {
        let mut next = self.items.clone();
        next.retain(|item| gone.binary_search(&item.id).is_err());
        next.extend(written.iter().cloned());
        next.sort_by_key(|item| item.id);

        let tree = if gone.len() * 8 > next.len() {
            RTree::bulk_load(next.iter().map(Leaf::of).collect())
        } else {
            let mut tree = self.tree.clone();
            for id in gone {
                if let Some(old) = self.find(*id) {
                    tree.remove(&Leaf::of(old));
                }
            }
            for item in written {
                tree.insert(Leaf::of(item));
            }
            tree
        };
        Self { id: self.id, items: next, tree, masks: Masks::default() }
    }
}

impl Leaf {
    fn of(item: &Arc<Item>) -> Self {
        let bounds = item.bounds();
        Self { bounds: [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y], item: item.clone() }
    }
}

/// Two leaves are the same when they hold the same item: removal must not take a twin at the
/// same place.
impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        self.item.id == other.item.id
    }
}

impl RTreeObject for Leaf {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [west, south, east, north] = self.bounds;
        AABB::from_corners([west, south], [east, north])
    }
}

impl PointDistance for Leaf {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        self.envelope().distance_2(point)
    }
}

/// A layer as one viewer may see it.
#[derive(Clone, Copy)]
pub struct LayerView<'a> {
    layer: &'a Layer,
    viewer: Viewer,
}

impl<'a> LayerView<'a> {
    pub(super) fn new(layer: &'a Layer, viewer: Viewer) -> Self {
        Self { layer, viewer }
    }

    pub fn describe(&self) -> &'static LayerDescription {
        self.layer.describe()
    }

    pub fn viewer(&self) -> Viewer {
        self.viewer
    }

    pub fn len(&self) -> usize {
        self.layer.len()
    }

    pub fn is_empty(&self) -> bool {
        self.layer.is_empty()
    }

    /// All items in the order of their ids.
    pub fn items(&self) -> &'a [Arc<Item>] {
        &self.layer.items
    }

    /// The items after an id, in the order of their ids: what a page starts from.
    pub fn items_after(&self, id: i64) -> &'a [Arc<Item>] {
        let start = self.layer.items.partition_point(|item| item.id <= id);
        &self.layer.items[start..]
    }

    pub fn find(&self, id: i64) -> Option<&'a Arc<Item>> {
        self.layer.find(id)
    }

    /// The items whose box meets `bounds` (edges included), in no order.
    pub fn in_box(&self, bounds: Rect<f64>) -> impl Iterator<Item = &'a Arc<Item>> + use<'a> {
        let envelope = AABB::from_corners([bounds.min().x, bounds.min().y], [bounds.max().x, bounds.max().y]);
        self.layer.tree.locate_in_envelope_intersecting(&envelope).map(|leaf| &leaf.item)
    }

    /// Bounds of the layer in degrees, `None` when it is empty.
    pub fn bounds(&self) -> Option<Rect<f64>> {
        if self.layer.is_empty() {
            return None;
        }
        let envelope = self.layer.tree.root().envelope();
        let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
        Some(Rect::new((west, south), (east, north)))
    }

    /// The fields that this viewer may see.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &'static Field)> + use<> {
        self.layer.describe().fields_for(self.viewer)
    }

    /// A field's value, `None` where there is no such field for this viewer.
    pub fn value<'i>(&self, item: &'i Item, field: &str) -> Option<&'i Value> {
        let (index, field) = self.describe().field(field)?;
        self.viewer.may_see(field.audience).then(|| &item.values[index])
    }

    /// What a person calls the item, where it has a name.
    pub fn label<'i>(&self, item: &'i Item) -> Option<&'i str> {
        let field = self.describe().label_field?;
        self.value(item, field)?.as_text()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use geo::{Geometry, point};

    use super::*;
    use crate::snapshot::Shape;

    fn gate(id: i64, lon: f64, lat: f64) -> Item {
        Item {
            id,
            version: 1,
            updated_at: DateTime::UNIX_EPOCH,
            source: None,
            shape: Shape::new(Geometry::Point(point!(x: lon, y: lat))).expect("a point"),
            values: LayerId::Gate.describe().fields.iter().map(|_| Value::Null).collect(),
        }
    }

    fn ids_in(layer: &Layer, west: f64, south: f64, east: f64, north: f64) -> Vec<i64> {
        let view = LayerView::new(layer, Viewer::Public);
        let mut ids: Vec<i64> = view.in_box(Rect::new((west, south), (east, north))).map(|item| item.id).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_changed_layer_finds_what_was_written_and_not_what_was_removed() {
        let before = Layer::new(LayerId::Gate, (1..=100).map(|i| gate(i, f64::from(i as i32), 0.0)));
        let after = before.with_changes(vec![gate(3, 3.0, 50.0), gate(101, 2.0, 0.0)], &[2, 999]);

        assert_eq!(ids_in(&before, 1.5, -1.0, 3.5, 1.0), [2, 3], "the old revision is untouched");
        assert_eq!(ids_in(&after, 1.5, -1.0, 3.5, 1.0), [101]);
        assert_eq!(ids_in(&after, 0.0, 49.0, 9.0, 51.0), [3]);
        assert_eq!(after.len(), 100);
        assert!(after.find(2).is_none() && after.find(101).is_some());
    }

    #[test]
    fn a_twin_at_the_same_place_survives_its_twin() {
        let before = Layer::new(LayerId::Gate, (1..=50).map(|i| gate(i, 7.0, 7.0)));
        let after = before.with_changes(vec![], &[25]);
        assert_eq!(ids_in(&after, 7.0, 7.0, 7.0, 7.0).len(), 49);
        assert!(!ids_in(&after, 7.0, 7.0, 7.0, 7.0).contains(&25));
    }

    #[test]
    fn pages_start_after_an_id() {
        let layer = Layer::new(LayerId::Gate, [5, 1, 9].map(|i| gate(i, 0.0, 0.0)));
        let view = LayerView::new(&layer, Viewer::Public);
        let ids: Vec<i64> = view.items_after(1).iter().map(|item| item.id).collect();
        assert_eq!(ids, [5, 9]);
    }
}
