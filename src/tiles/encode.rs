//! One tile, layer by layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::commands::{CommandWriter, GeometryType};
use super::dictionary::Dictionary;
use super::generalise::{Cells, LINE_ZOOM, POINT_ZOOM, Smallest, tolerance};
use super::place::{Placement, TilePoint};
use super::{BUFFER, EXTENT, LayerSet, protobuf};
use crate::domain::{Value, Viewer};
use crate::geodesy::tile_grid::Tile;
use crate::snapshot::filter::Filter;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

/// The bytes of a tile, or `None` when nothing of these layers lies in it.
///
/// A layer that the viewer may not see is left out as if it had no features.
pub fn encode(snapshot: &Snapshot, viewer: Viewer, layers: LayerSet, tile: Tile) -> Option<Vec<u8>> {
    encode_some(snapshot, viewer, layers, tile, None)
}

/// The bytes of a tile of those features that pass a filter, which must have been read for these layers.
pub fn encode_filtered(
    snapshot: &Snapshot,
    viewer: Viewer,
    layers: LayerSet,
    tile: Tile,
    filter: &Filter,
) -> Option<Vec<u8>> {
    encode_some(snapshot, viewer, layers, tile, Some(filter))
}

fn encode_some(
    snapshot: &Snapshot,
    viewer: Viewer,
    layers: LayerSet,
    tile: Tile,
    filter: Option<&Filter>,
) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for view in layers.iter().filter_map(|id| snapshot.layer(id, viewer)) {
        LayerWriter::new(view, tile, filter).write(&mut out);
    }
    (!out.is_empty()).then_some(out)
}

/// Number of features whose boxes meet a tile, counted up to `enough`: what the tile will cost.
pub fn weigh(snapshot: &Snapshot, viewer: Viewer, layers: LayerSet, tile: Tile, enough: usize) -> usize {
    let bounds = tile.lon_lat_bounds(f64::from(BUFFER) / f64::from(EXTENT));
    layers
        .iter()
        .filter_map(|id| snapshot.layer(id, viewer))
        .flat_map(|view| view.in_box(bounds).map(|_| ()))
        .take(enough)
        .count()
}

struct LayerWriter<'a> {
    view: LayerView<'a>,
    filter: Option<&'a Filter>,
    tile: Tile,
    placement: Placement,
    /// Position among an item's values, for each field that travels; the key index is the position
    /// in this list.
    fields: Vec<usize>,
    households: Option<usize>,
    /// Key indices of what a counted feature carries: `pq_count` and `households`.
    counted_keys: [u32; 2],
    dictionary: Dictionary,
    features: Vec<u8>,
    writer: CommandWriter,
    tags: Vec<u32>,
    feature: Vec<u8>,
    scratch: Vec<u8>,
}

const HOUSEHOLDS: &str = "households";

impl<'a> LayerWriter<'a> {
    fn new(view: LayerView<'a>, tile: Tile, filter: Option<&'a Filter>) -> Self {
        let fields: Vec<usize> = view.fields().filter(|(_, field)| field.in_tiles).map(|(at, _)| at).collect();
        let households = view.fields().find(|(_, field)| field.name == HOUSEHOLDS).map(|(at, _)| at);
        // A layer whose households travel anyway has that key already.
        let count_key = fields.len() as u32;
        let known = fields.iter().position(|at| Some(*at) == households).map(|key| key as u32);
        Self {
            view,
            filter,
            tile,
            placement: Placement::new(tile),
            fields,
            households,
            counted_keys: [count_key, known.unwrap_or(count_key + 1)],
            dictionary: Dictionary::default(),
            features: Vec::new(),
            writer: CommandWriter::default(),
            tags: Vec::new(),
            feature: Vec::new(),
            scratch: Vec::new(),
        }
    }

    fn write(mut self, out: &mut Vec<u8>) {
        let bounds = self.tile.lon_lat_bounds(f64::from(BUFFER) / f64::from(EXTENT));
        let zoom = self.tile.z();
        let smallest = Smallest::at(zoom);
        let mut drawn: Vec<&Arc<Item>> = Vec::new();
        let mut merged: Vec<&Arc<Item>> = Vec::new();
        let mut points: Vec<&Arc<Item>> = Vec::new();
        let mut cells = Cells::default();

        for item in self.view.in_box(bounds) {
            if self.filter.is_some_and(|filter| !filter.passes(item)) {
                continue;
            }
            match item.shape.geometry() {
                ShapeGeometry::Point(_) if zoom < POINT_ZOOM => points.push(item),
                ShapeGeometry::Lines(_) if zoom < LINE_ZOOM => merged.push(item),
                ShapeGeometry::Areas(_) => {
                    if smallest.is_small(item.bounds()) {
                        self.count(&mut cells, item, 0);
                    } else {
                        drawn.push(item);
                    }
                }
                _ => drawn.push(item),
            }
        }

        drawn.sort_unstable_by_key(|item| item.id);
        for item in drawn {
            self.item(item);
        }
        self.merged_lines(merged);
        for (bounds, cell) in cells.iter() {
            self.writer.start();
            self.writer.rectangle(bounds);
            self.counted(GeometryType::Area, &[], cell.count, cell.households);
        }
        self.clustered_points(points);
        self.finish(out);
    }

    fn count(&self, cells: &mut Cells, item: &Item, nth: usize) {
        let Some(&first) = item.shape.world().points.first() else { return };
        let households = self.households.and_then(|at| match item.values[at] {
            Value::Integer(n) => Some(n),
            _ => None,
        });
        cells.count(&self.placement, first, nth, households);
    }

    fn clustered_points(&mut self, mut points: Vec<&Arc<Item>>) {
        points.sort_unstable_by_key(|item| item.id);
        let mut cells = Cells::default();
        for (nth, item) in points.iter().enumerate() {
            self.count(&mut cells, item, nth);
        }
        for (_, cell) in cells.iter() {
            if let Some(nth) = cell.single {
                self.item(points[nth]);
            } else {
                self.writer.start();
                self.writer.point(cell.middle());
                self.counted(GeometryType::Point, &[], cell.count, cell.households);
            }
        }
    }

    fn merged_lines(&mut self, mut lines: Vec<&Arc<Item>>) {
        lines.sort_unstable_by_key(|item| item.id);
        let mut alike: BTreeMap<Vec<u32>, Vec<&Arc<Item>>> = BTreeMap::new();
        for item in lines {
            self.tag(item);
            alike.entry(self.tags.clone()).or_default().push(item);
        }
        for (tags, items) in alike {
            self.writer.start();
            for item in &items {
                self.writer.lines(item.shape.world(), &self.placement, tolerance(self.tile.z()));
            }
            // Each line is counted in the tile in which it begins, and nowhere else.
            let begun: Vec<TilePoint> = items
                .iter()
                .filter_map(|item| item.shape.world().points.first())
                .filter(|first| self.placement.owns(**first))
                .map(|first| self.placement.place(*first))
                .collect();
            if let (true, Some(first)) = (self.writer.commands.is_empty(), begun.first()) {
                self.writer.stroke(*first);
            }
            if self.writer.commands.is_empty() {
                continue;
            }
            match items.as_slice() {
                [single] if begun.len() == 1 => {
                    self.tags = tags;
                    self.feature(Some(single.id), GeometryType::Line);
                }
                _ => self.counted(GeometryType::Line, &tags, begun.len() as u64, None),
            }
        }
    }

    fn item(&mut self, item: &Item) {
        self.writer.start();
        let (path, tolerance) = (item.shape.world(), tolerance(self.tile.z()));
        let kind = match item.shape.geometry() {
            ShapeGeometry::Point(_) => {
                let at = self.placement.place(path.points[0]);
                let reach = -BUFFER..=EXTENT + BUFFER;
                if reach.contains(&at.x) && reach.contains(&at.y) {
                    self.writer.point(at);
                }
                GeometryType::Point
            }
            ShapeGeometry::Lines(_) => {
                self.writer.lines(path, &self.placement, tolerance);
                if self.writer.commands.is_empty() && self.placement.owns(path.points[0]) {
                    self.writer.stroke(self.placement.place(path.points[0]));
                }
                GeometryType::Line
            }
            ShapeGeometry::Areas(_) => {
                self.writer.areas(path, &self.placement, tolerance);
                GeometryType::Area
            }
        };
        // Its box met the tile, but nothing of itself did.
        if self.writer.commands.is_empty() {
            return;
        }
        self.tag(item);
        self.feature(Some(item.id), kind);
    }

    fn tag(&mut self, item: &Item) {
        self.tags.clear();
        for (key, &at) in self.fields.iter().enumerate() {
            if let Some(value) = self.dictionary.index(&item.values[at]) {
                self.tags.extend([key as u32, value]);
            }
        }
    }

    /// A feature that stands for several.
    fn counted(&mut self, kind: GeometryType, tags: &[u32], count: u64, households: Option<i64>) {
        self.tags.clear();
        self.tags.extend_from_slice(tags);
        let values = [Some(Value::Integer(count as i64)), households.map(Value::Integer)];
        for (key, value) in self.counted_keys.into_iter().zip(&values) {
            if let Some(index) = value.as_ref().and_then(|value| self.dictionary.index(value)) {
                self.tags.extend([key, index]);
            }
        }
        self.feature(None, kind);
    }

    fn feature(&mut self, id: Option<i64>, kind: GeometryType) {
        self.feature.clear();
        if let Some(id) = id.and_then(|id| u64::try_from(id).ok()) {
            protobuf::number(&mut self.feature, 1, id);
        }
        protobuf::packed(&mut self.feature, &mut self.scratch, 2, &self.tags);
        protobuf::number(&mut self.feature, 3, kind as u64);
        protobuf::packed(&mut self.feature, &mut self.scratch, 4, &self.writer.commands);
        protobuf::bytes(&mut self.features, 2, &self.feature);
    }

    /// Appends the layer, unless nothing of it was drawn.
    fn finish(self, out: &mut Vec<u8>) {
        if self.features.is_empty() {
            return;
        }
        let description = self.view.describe();
        let mut layer = Vec::with_capacity(self.features.len() + self.dictionary.encoded().len() + 256);
        protobuf::bytes(&mut layer, 1, description.name.as_bytes());
        layer.extend_from_slice(&self.features);
        for at in &self.fields {
            protobuf::bytes(&mut layer, 3, description.fields[*at].name.as_bytes());
        }
        for (key, name) in self.counted_keys.into_iter().zip(["pq_count", HOUSEHOLDS]) {
            if key as usize >= self.fields.len() {
                protobuf::bytes(&mut layer, 3, name.as_bytes());
            }
        }
        layer.extend_from_slice(self.dictionary.encoded());
        protobuf::number(&mut layer, 5, EXTENT as u64);
        protobuf::number(&mut layer, 15, 2);
        protobuf::bytes(out, 3, &layer);
    }
}
