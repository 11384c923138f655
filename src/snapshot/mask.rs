//! What each viewer sees of a layer whose rows, or whose internal fields, are not for everybody: a layer of its
//! own, so that whatever reads it can find nothing else.

use std::sync::{Arc, OnceLock};

use super::area::Area;
use super::item::Item;
use super::layer::Layer;
use crate::domain::{Audience, LayerDescription, Sight, Value, Viewer};

/// What a viewer sees of a layer.
#[derive(Clone)]
pub struct Seen {
    pub viewer: Viewer,
    /// Of the body that asks; `None`: it lies nowhere, so nothing lies in it.
    pub area: Option<Arc<Area>>,
}

impl Seen {
    /// True when the viewer sees the layer as it is; fields that it does not see at all are the view's business.
    pub fn is_all(layer: &LayerDescription, viewer: Viewer) -> bool {
        let sees_fields_in_part = matches!(viewer, Viewer::Body(_)) && layer.has_internal_fields();
        viewer.sees_every_row(layer.rows) && !sees_fields_in_part
    }

    /// The item as the viewer sees it; `None` where it sees nothing of it.
    pub fn item(&self, layer: &LayerDescription, item: &Arc<Item>) -> Option<Arc<Item>> {
        if !self.is_shown(self.viewer.sight_of_row(layer.rows, &layer.row_key(&item.values)), item) {
            return None;
        }
        let is_cut = matches!(self.viewer, Viewer::Body(_))
            && layer.has_internal_fields()
            && !self.is_shown(self.viewer.sight_of_internal(layer, &item.values), item);
        if !is_cut {
            return Some(item.clone());
        }
        let values = layer.fields.iter().zip(&item.values);
        let values = values.map(|(field, value)| match field.audience {
            Audience::Public => value.clone(),
            Audience::Operators | Audience::Staff => Value::Null,
        });
        Some(Arc::new(Item { values: values.collect(), ..Item::clone(item) }))
    }

    fn is_shown(&self, sight: Sight, item: &Item) -> bool {
        match sight {
            Sight::Shown => true,
            Sight::Hidden => false,
            Sight::InArea => self.area.as_ref().is_some_and(|area| area.holds(&item.shape)),
        }
    }
}

/// Made when they are first asked for and kept as long as the layer. A list that only grows, so that what it lends
/// stays; it is as long as there are operators and bodies who ask.
#[derive(Default)]
pub struct Masks(OnceLock<Box<Mask>>);

struct Mask {
    seen: Seen,
    layer: Layer,
    next: Masks,
}

impl Masks {
    /// The layer as `viewer` sees it, made now if need be.
    pub fn of(&self, viewer: Viewer, make: &dyn Fn() -> (Layer, Seen)) -> &Layer {
        let mut masks = self;
        loop {
            let mask = masks.0.get_or_init(|| {
                let (layer, seen) = make();
                Box::new(Mask { seen, layer, next: Masks::default() })
            });
            if mask.seen.viewer == viewer {
                return &mask.layer;
            }
            masks = &mask.next;
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Layer, &Seen)> {
        std::iter::successors(self.0.get(), |mask| mask.next.0.get()).map(|mask| (&mask.layer, &mask.seen))
    }

    /// With one more, in front.
    pub fn with(self, layer: Layer, seen: Seen) -> Self {
        Self(OnceLock::from(Box::new(Mask { seen, layer, next: self })))
    }
}

impl Clone for Masks {
    /// The copy makes its own when it is asked.
    fn clone(&self) -> Self {
        Self::default()
    }
}
