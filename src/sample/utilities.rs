//! Pipes and cables along the streets. The old ones are half known.

use geo::Coord;

use super::feature::{Feature, lines, text};
use super::ground::Ground;
use super::layout::{Axis, Layout, Run};
use super::network::pieces;
use super::random::Random;
use super::street_class::StreetClass;
use super::streets::{is_bridge, trace};
use crate::domain::Value;

/// What a kind of line is like in the sample.
pub struct UtilityKind {
    pub code: &'static str,
    pub operator: &'static str,
    /// From the carriageway's edge to the line, outwards, and on which side of the street.
    from_edge_m: f64,
    side: f64,
    /// Share of streets that have one: main streets, side streets.
    main_share: f64,
    side_share: f64,
    depth_m: (f64, f64),
    /// Diameters on main and on side streets; none for cables.
    main_mm: &'static [i64],
    side_mm: &'static [i64],
    materials: &'static [&'static str],
    burial: &'static str,
}

#[rustfmt::skip]
pub const KINDS: &[UtilityKind] = &[
    UtilityKind { code: "water", operator: "供水公司（虚构）", from_edge_m: -1.2, side: -1.0, main_share: 1.0, side_share: 0.96,
        depth_m: (0.8, 1.6), main_mm: &[300, 400, 500, 600], side_mm: &[100, 150, 200], materials: &["ductile_iron", "pe", "cast_iron", "steel"], burial: "direct" },
    UtilityKind { code: "foul_sewer", operator: "排水公司（虚构）", from_edge_m: -3.4, side: -1.0, main_share: 0.9, side_share: 0.45,
        depth_m: (1.8, 4.5), main_mm: &[400, 500, 600, 800], side_mm: &[300, 400], materials: &["concrete", "pvc", "pe"], burial: "direct" },
    UtilityKind { code: "storm_sewer", operator: "排水公司（虚构）", from_edge_m: -3.2, side: 1.0, main_share: 0.95, side_share: 0.45,
        depth_m: (1.2, 3.6), main_mm: &[600, 800, 1000, 1200], side_mm: &[400, 500, 600], materials: &["concrete"], burial: "direct" },
    UtilityKind { code: "combined_sewer", operator: "排水公司（虚构）", from_edge_m: -2.6, side: 1.0, main_share: 0.05, side_share: 0.45,
        depth_m: (0.9, 2.6), main_mm: &[600, 800], side_mm: &[300, 400, 500], materials: &["masonry", "concrete"], burial: "trench" },
    UtilityKind { code: "gas", operator: "燃气公司（虚构）", from_edge_m: -0.8, side: 1.0, main_share: 0.95, side_share: 0.75,
        depth_m: (0.8, 1.4), main_mm: &[160, 200, 250, 315], side_mm: &[63, 90, 110, 160], materials: &["pe", "steel"], burial: "direct" },
    UtilityKind { code: "power", operator: "供电公司（虚构）", from_edge_m: 1.6, side: 1.0, main_share: 1.0, side_share: 0.8,
        depth_m: (0.5, 1.1), main_mm: &[], side_mm: &[], materials: &["copper", "aluminium"], burial: "duct_bank" },
    UtilityKind { code: "telecom", operator: "通信公司（虚构）", from_edge_m: 1.6, side: -1.0, main_share: 1.0, side_share: 0.7,
        depth_m: (0.5, 1.0), main_mm: &[], side_mm: &[], materials: &["fibre", "copper"], burial: "duct_bank" },
    UtilityKind { code: "street_light", operator: "路灯管理所（虚构）", from_edge_m: 0.6, side: 1.0, main_share: 0.9, side_share: 0.4,
        depth_m: (0.4, 0.7), main_mm: &[], side_mm: &[], materials: &["copper"], burial: "pipe" },
    UtilityKind { code: "broadcast", operator: "广电公司（虚构）", from_edge_m: 2.4, side: -1.0, main_share: 0.4, side_share: 0.25,
        depth_m: (0.5, 0.9), main_mm: &[], side_mm: &[], materials: &["fibre", "copper"], burial: "overhead" },
    UtilityKind { code: "reclaimed_water", operator: "排水公司（虚构）", from_edge_m: -2.2, side: -1.0, main_share: 0.08, side_share: 0.0,
        depth_m: (0.8, 1.5), main_mm: &[200, 300], side_mm: &[], materials: &["pe"], burial: "direct" },
    UtilityKind { code: "industrial", operator: "工业园服务公司（虚构）", from_edge_m: 3.4, side: 1.0, main_share: 0.02, side_share: 0.01,
        depth_m: (0.8, 1.8), main_mm: &[200, 300], side_mm: &[150], materials: &["steel"], burial: "surface" },
    UtilityKind { code: "unknown", operator: "", from_edge_m: -4.2, side: 1.0, main_share: 0.02, side_share: 0.03,
        depth_m: (0.5, 2.0), main_mm: &[], side_mm: &[], materials: &[], burial: "direct" },
];

impl UtilityKind {
    /// Metres to the left of a street's centre line, seen along it.
    pub fn offset_m(&self, class: StreetClass) -> f64 {
        self.side * (class.width_m() / 2.0 + self.from_edge_m).max(0.6)
    }

    fn diameters(&self, class: StreetClass) -> &'static [i64] {
        if class <= StreetClass::Tertiary { self.main_mm } else { self.side_mm }
    }

    /// A diameter as this kind has it in such a street; none for cables.
    pub fn diameter(&self, class: StreetClass, random: &mut Random) -> Option<f64> {
        let of = self.diameters(class);
        (!of.is_empty()).then(|| *random.pick(of) as f64)
    }

    pub fn is_cable(&self) -> bool {
        self.main_mm.is_empty() && self.code != "unknown"
    }

    pub fn depth(&self, random: &mut Random) -> f64 {
        random.between(self.depth_m.0, self.depth_m.1)
    }
}

/// A path moved to its left by `offset` metres.
pub fn beside(path: &[Coord<f64>], offset: f64) -> Vec<Coord<f64>> {
    (0..path.len())
        .map(|i| {
            let (a, b) = (path[i.saturating_sub(1)], path[(i + 1).min(path.len() - 1)]);
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let length = (dx * dx + dy * dy).sqrt();
            Coord { x: path[i].x - dy / length * offset, y: path[i].y + dx / length * offset }
        })
        .collect()
}

/// One stretch of line before it is described.
struct Stretch {
    run: usize,
    from: f64,
    to: f64,
    kind: usize,
    far: f64,
}

/// Exactly `wanted` lines, those nearest the middle: surveys begin there. Streets are cut into
/// shorter stretches until there are enough.
pub fn features(ground: &Ground, layout: &Layout, wanted: usize, random: &mut Random) -> Vec<Feature> {
    if wanted == 0 {
        return Vec::new();
    }
    let streets = pieces(&layout.runs, |run| run.class.is_thoroughfare());
    // Which kinds lie in a street is the same all along it.
    let laid: Vec<Vec<usize>> = layout
        .runs
        .iter()
        .map(|run| {
            let is_main = run.class <= StreetClass::Tertiary;
            let share = |kind: &UtilityKind| if is_main { kind.main_share } else { kind.side_share };
            (0..KINDS.len()).filter(|&k| random.chance(share(&KINDS[k]))).collect()
        })
        .collect();
    let mut longest = 400.0;
    let mut stretches = loop {
        let mut stretches = Vec::new();
        for piece in &streets {
            let run = &layout.runs[piece.run];
            let crosses = is_bridge(layout, run, piece.from, piece.to);
            let parts = ((piece.to - piece.from) / longest).ceil().max(1.0);
            for part in 0..parts as usize {
                let at = |i: usize| piece.from + (piece.to - piece.from) * i as f64 / parts;
                let (from, to) = (at(part), if part + 1 == parts as usize { piece.to } else { at(part + 1) });
                let far = far(run, (from + to) / 2.0);
                let over_water = ["water", "power", "telecom", "gas"];
                let kinds = laid[piece.run].iter().filter(|&&k| !crosses || over_water.contains(&KINDS[k].code));
                stretches.extend(kinds.map(|&kind| Stretch { run: piece.run, from, to, kind, far }));
            }
        }
        if stretches.len() >= wanted || longest < 2.0 {
            break stretches;
        }
        longest /= 1.4;
    };
    stretches.sort_by(|a, b| a.far.total_cmp(&b.far));
    stretches.truncate(wanted);
    stretches.iter().enumerate().map(|(n, stretch)| describe(ground, layout, stretch, n, random)).collect()
}

fn far(run: &Run, along: f64) -> f64 {
    (run.at * run.at + along * along).sqrt()
}

fn describe(ground: &Ground, layout: &Layout, stretch: &Stretch, n: usize, random: &mut Random) -> Feature {
    let run = &layout.runs[stretch.run];
    let kind = &KINDS[stretch.kind];
    let crosses = is_bridge(layout, run, stretch.from, stretch.to);
    // Left of a street to the north is west, left of one to the east is north.
    let side = if run.axis == Axis::V { -1.0 } else { 1.0 };
    let path = beside(&trace(ground, run, stretch.from, stretch.to), side * kind.offset_m(run.class));

    let quality =
        random.weighted(&[("surveyed", 0.34), ("from_drawing", 0.30), ("told_by_staff", 0.15), ("unknown", 0.21)]);
    let known = match quality {
        "surveyed" => 0.99,
        "from_drawing" => 0.88,
        "told_by_staff" => 0.55,
        _ => 0.16,
    };
    let year = random.integer(1978, 2018);
    let depth = kind.depth(random);
    let slope =
        if kind.code.ends_with("sewer") { (stretch.to - stretch.from) * 0.003 } else { random.between(-0.15, 0.15) };
    let diameter = kind.diameter(run.class, random);
    let ducts = if run.class <= StreetClass::Tertiary { random.integer(6, 24) } else { random.integer(2, 8) };
    let material = if kind.materials.is_empty() { None } else { Some(*random.pick(kind.materials)) };
    let state = random.weighted(&[("in_use", 0.93), ("abandoned", 0.04), ("empty", 0.03)]);
    let pressure = if run.class <= StreetClass::Tertiary {
        "medium_a"
    } else {
        random.weighted(&[("low", 0.7), ("medium_b", 0.3)])
    };
    let is_overhead =
        kind.burial == "overhead" || (kind.is_cable() && run.class == StreetClass::Residential && random.chance(0.35));
    let burial = match () {
        () if crosses => "surface",
        () if is_overhead => "overhead",
        () => kind.burial,
    };
    let is_buried = !crosses && burial != "overhead";
    let mut when = |value: Value| random.chance(known).then_some(value);
    let hundredths = |m: f64| Value::Number((m * 100.0).round() / 100.0);
    Feature::new(lines(vec![path]))
        .with("code", text(format!("GX{:06}", n + 1)))
        .with("utility_kind", text(kind.code))
        .with("operator", (!kind.operator.is_empty()).then(|| text(kind.operator)))
        .with("diameter_mm", diameter.and_then(|mm| when(Value::Number(mm))))
        .with("ducts", kind.is_cable().then(|| when(Value::Integer(ducts))).flatten())
        .with("material", material.and_then(|material| when(text(material))))
        .with("start_depth_m", is_buried.then(|| when(hundredths(depth))).flatten())
        .with("end_depth_m", is_buried.then(|| when(hundredths((depth + slope).max(0.3)))).flatten())
        .with("pressure", (kind.code == "gas").then(|| when(text(pressure))).flatten())
        .with("burial", when(text(burial)))
        .with("built_year", when(Value::Integer(year)))
        .with("line_state", when(text(state)))
        .with("quality_level", text(quality))
}
