//! Finds features by what people call them: name, code, pinyin and its initials.
//!
//! All names of a layer stand in one text each for names, codes, pinyin and initials, one key a
//! line; a search runs through these texts from end to end, which for 200,000 names is a few
//! megabytes. A character with several readings (重: zhòng, chóng) gives a key for each, up to
//! [`MAX_READINGS`] for a name.

use std::collections::HashMap;
use std::sync::Arc;

use geo::{Centroid, Coord, InteriorPoint, Intersects, Rect};
use pinyin::ToPinyinMulti;

use super::item::Item;
use super::layer::LayerView;
use super::shape::ShapeGeometry;
use crate::domain::{GeometryKind, LayerId};

/// Combinations of readings that are kept for a name. The commonest readings come first.
const MAX_READINGS: usize = 16;
/// Lines of the same name closer than this are one street, in degrees (about 200 m).
const SAME_STREET_DEGREES: f64 = 0.002;

/// The names of one layer at one revision, for one viewer.
pub struct NameIndex {
    labels: Vec<Label>,
    names: Keys,
    codes: Keys,
    pinyin: Keys,
    initials: Keys,
}

/// One name with the features that bear it; a street in several pieces is one.
struct Label {
    text: Arc<str>,
    places: Vec<Place>,
}

/// A feature, or the pieces of one street.
#[derive(Debug, Clone)]
pub struct Place {
    /// The item, or the first of the pieces.
    pub item: Arc<Item>,
    pub bounds: Rect<f64>,
    pub pieces: usize,
}

/// How well a place answers; the smaller the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    Exact,
    Prefix,
    PinyinExact,
    PinyinPrefix,
    Contains,
    PinyinContains,
}

/// A place that answers.
pub struct Found<'a> {
    pub quality: Quality,
    /// The code of a feature that has no name.
    pub label: &'a str,
    pub place: &'a Place,
}

/// What is looked for, made comparable.
pub struct Needle {
    text: String,
    is_ascii: bool,
}

impl Needle {
    /// `None` when there is nothing to look for.
    pub fn new(query: &str) -> Option<Self> {
        let text = comparable(query);
        (!text.is_empty()).then(|| Self { is_ascii: text.is_ascii(), text })
    }
}

/// Lower case, without blanks, full-width letters made narrow and ü written v, as it is typed.
fn comparable(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        'ü' => 'v',
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).flat_map(char::to_lowercase).collect()
}

impl NameIndex {
    pub fn build(view: &LayerView<'_>) -> Self {
        let mut by_name: HashMap<Arc<str>, Vec<&Arc<Item>>> = HashMap::new();
        let mut codes = Vec::new();
        let is_label_a_code = view.describe().label_field == Some("code");
        for item in view.items() {
            let name = view.label(item).filter(|name| !name.trim().is_empty());
            if let Some(name) = name {
                by_name.entry(Arc::from(name)).or_default().push(item);
            }
            if !is_label_a_code && let Some(code) = view.value(item, "code").and_then(|code| code.as_text()) {
                codes.push((item, comparable(code), Arc::from(name.unwrap_or(code))));
            }
        }
        let joins = view.describe().geometry == GeometryKind::Line;
        let mut named: Vec<_> = by_name.into_iter().collect();
        named.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut index = Self {
            labels: Vec::with_capacity(named.len()),
            names: Keys::default(),
            codes: Keys::default(),
            pinyin: Keys::default(),
            initials: Keys::default(),
        };
        for (text, items) in named {
            let at = index.labels.len() as u32;
            let plain = comparable(&text);
            for (full, initials) in readings(&plain) {
                index.pinyin.push(&full, at);
                index.initials.push(&initials, at);
            }
            index.names.push(&plain, at);
            let places = if joins { join(items) } else { items.into_iter().map(Place::of).collect() };
            index.labels.push(Label { text, places });
        }
        for (item, code, text) in codes {
            let at = index.labels.len() as u32;
            index.codes.push(&code, at);
            index.labels.push(Label { text, places: vec![Place::of(item)] });
        }
        index
    }

    /// Every place that answers, each as often as it answers, in no order.
    pub fn find<'a>(&'a self, needle: &Needle) -> Vec<Found<'a>> {
        let mut best: HashMap<u32, Quality> = HashMap::new();
        let mut note = |label: u32, quality: Quality| {
            best.entry(label).and_modify(|known| *known = quality.min(*known)).or_insert(quality);
        };
        for keys in [&self.names, &self.codes] {
            keys.find(&needle.text, |label, fit| {
                note(label, [Quality::Exact, Quality::Prefix, Quality::Contains][fit as usize]);
            });
        }
        if needle.is_ascii {
            for keys in [&self.pinyin, &self.initials] {
                keys.find(&needle.text, |label, fit| {
                    // A single letter inside a name says nothing.
                    if needle.text.len() > 1 || fit as usize != Fit::Contains as usize {
                        note(
                            label,
                            [Quality::PinyinExact, Quality::PinyinPrefix, Quality::PinyinContains][fit as usize],
                        );
                    }
                });
            }
        }
        let places = |(label, quality): (u32, Quality)| {
            let label = &self.labels[label as usize];
            label.places.iter().map(move |place| Found { quality, label: &label.text, place })
        };
        best.into_iter().flat_map(places).collect()
    }
}

/// Keys one after the other, each ended by a line break.
#[derive(Default)]
struct Keys {
    text: String,
    /// Where each key ends, its line break not included.
    ends: Vec<u32>,
    labels: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Fit {
    Exact,
    Prefix,
    Contains,
}

impl Keys {
    fn push(&mut self, key: &str, label: u32) {
        if key.is_empty() {
            return;
        }
        self.text.push_str(key);
        self.ends.push(self.text.len() as u32);
        self.labels.push(label);
        self.text.push('\n');
    }

    /// Calls `note` once for each key that holds the needle.
    fn find(&self, needle: &str, mut note: impl FnMut(u32, Fit)) {
        let mut from = 0;
        while let Some(at) = self.text[from..].find(needle) {
            let at = (from + at) as u32;
            let key = self.ends.partition_point(|end| *end <= at);
            let start = if key == 0 { 0 } else { self.ends[key - 1] + 1 };
            let end = self.ends[key];
            let fit = match (at == start, at + needle.len() as u32 == end) {
                (true, true) => Fit::Exact,
                (true, false) => Fit::Prefix,
                // It may stand at the start of a later occurrence, but not in the same key.
                (false, _) => Fit::Contains,
            };
            note(self.labels[key], fit);
            from = end as usize + 1;
            if from >= self.text.len() {
                break;
            }
        }
    }
}

/// The pinyin and the initials of a name, for the combinations of readings that it may have. A
/// character without a reading stands for itself. Empty for a name without a Chinese character.
fn readings(name: &str) -> Vec<(String, String)> {
    let mut combinations = vec![(String::new(), String::new())];
    let mut is_chinese = false;
    for c in name.chars() {
        let mut syllables: Vec<String> = Vec::new();
        for reading in c.to_pinyin_multi().into_iter().flatten() {
            let plain = reading.plain().replace('ü', "v");
            if !syllables.contains(&plain) {
                syllables.push(plain);
            }
        }
        if syllables.is_empty() {
            syllables.push(c.to_string());
        } else {
            is_chinese = true;
        }
        let room = MAX_READINGS / combinations.len();
        syllables.truncate(room.max(1));
        combinations = syllables
            .iter()
            .flat_map(|syllable| {
                combinations.iter().map(move |(full, initials)| {
                    let initial = syllable.chars().next().unwrap_or_default();
                    (format!("{full}{syllable}"), format!("{initials}{initial}"))
                })
            })
            .collect();
    }
    if is_chinese { combinations } else { Vec::new() }
}

impl Place {
    fn of(item: &Arc<Item>) -> Self {
        Self { item: item.clone(), bounds: item.bounds(), pieces: 1 }
    }

    /// A position on the feature, near its middle.
    pub fn center(&self) -> Coord<f64> {
        let middle = self.bounds.center();
        match self.item.shape.geometry() {
            ShapeGeometry::Point(point) => point.0,
            ShapeGeometry::Lines(lines) => {
                let vertices = lines.iter().flat_map(|line| line.0.iter().copied());
                let far = |at: &Coord<f64>| (at.x - middle.x).powi(2) + (at.y - middle.y).powi(2);
                vertices.min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or(middle)
            }
            ShapeGeometry::Areas(areas) => {
                let inside = areas.centroid().filter(|at| areas.intersects(at)).or_else(|| areas.interior_point());
                inside.map_or(middle, |at| at.0)
            }
        }
    }
}

/// Pieces of a street that lie near each other become one place.
fn join(items: Vec<&Arc<Item>>) -> Vec<Place> {
    let mut places: Vec<Place> = items.into_iter().map(Place::of).collect();
    places.sort_by(|a, b| a.bounds.min().x.total_cmp(&b.bounds.min().x));
    // The groups so far that a piece further east can still touch come last.
    let mut groups: Vec<Place> = Vec::new();
    for place in places {
        let mut joined = place;
        let mut i = 0;
        while i < groups.len() {
            if is_near(groups[i].bounds, joined.bounds) {
                joined = merge(groups.swap_remove(i), joined);
                // What has grown may touch what was passed over.
                i = 0;
            } else {
                i += 1;
            }
        }
        groups.push(joined);
    }
    groups.sort_unstable_by_key(|place| place.item.id);
    groups
}

fn is_near(a: Rect<f64>, b: Rect<f64>) -> bool {
    let grow = SAME_STREET_DEGREES;
    a.min().x - grow <= b.max().x
        && b.min().x <= a.max().x + grow
        && a.min().y - grow <= b.max().y
        && b.min().y <= a.max().y + grow
}

fn merge(a: Place, b: Place) -> Place {
    let min = |f: fn(Coord<f64>) -> f64| f(a.bounds.min()).min(f(b.bounds.min()));
    let max = |f: fn(Coord<f64>) -> f64| f(a.bounds.max()).max(f(b.bounds.max()));
    let bounds = Rect::new((min(|c| c.x), min(|c| c.y)), (max(|c| c.x), max(|c| c.y)));
    let pieces = a.pieces + b.pieces;
    // The piece nearest the middle of all stands for the street.
    let middle = bounds.center();
    let far = |place: &Place| {
        let at = place.item.bounds().center();
        (at.x - middle.x).powi(2) + (at.y - middle.y).powi(2)
    };
    let item = if far(&a) <= far(&b) { a.item } else { b.item };
    Place { item, bounds, pieces }
}

/// Where a layer stands among equally good answers: what planners look for first.
pub fn precedence(layer: LayerId) -> u8 {
    match layer {
        LayerId::Community => 0,
        LayerId::Precinct => 1,
        LayerId::Subdistrict => 2,
        LayerId::Neighbourhood => 3,
        LayerId::ResponsibleBody => 4,
        LayerId::Facility => 5,
        LayerId::CandidateSite => 6,
        LayerId::Street => 7,
        LayerId::Gate => 8,
        LayerId::Building => 9,
        LayerId::UtilityWork => 10,
        LayerId::SharedTrench => 11,
        LayerId::Barrier => 12,
        LayerId::UtilityLine => 13,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(name: &str) -> Vec<String> {
        readings(name).into_iter().map(|(full, _)| full).collect()
    }

    #[test]
    fn a_character_with_several_readings_is_found_by_each() {
        assert!(full("重庆路").contains(&"chongqinglu".to_owned()));
        assert!(full("重庆路").contains(&"zhongqinglu".to_owned()));
        assert!(full("长寿街").contains(&"changshoujie".to_owned()));
        assert!(readings("重庆路").iter().any(|(_, initials)| initials == "cql"));
        assert!(full("绿地").contains(&"lvdi".to_owned()));
    }

    #[test]
    fn names_without_chinese_have_no_pinyin_and_long_ones_few_readings() {
        assert!(readings("A1").is_empty());
        assert!(full("行长重都乐好中行长重都乐好中").len() <= MAX_READINGS);
    }

    #[test]
    fn a_key_is_noted_once_with_how_it_fits() {
        let mut keys = Keys::default();
        for (label, key) in ["和平", "和平小区", "新和平和平", "滨江"].into_iter().enumerate() {
            keys.push(key, label as u32);
        }
        let mut noted = Vec::new();
        keys.find("和平", |label, fit| noted.push((label, fit as usize)));
        assert_eq!(noted, [(0, 0), (1, 1), (2, 2)]);
    }
}
