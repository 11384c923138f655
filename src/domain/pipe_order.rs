//! How lines are ordered across a street, one below the other, and who gives way: GB 50289-2016 3.0.7, 4.1.3 and
//! 4.1.12, as data.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::pipe::Pipe;
use super::rule::{Verified, read};

/// A rule in words or as an order of kinds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OrderRule {
    #[serde(rename(deserialize = "rule_id"))]
    pub rule: String,
    pub kind: String,
    /// Kinds from first to last, parted by `>`, or text.
    pub order_or_text: String,
    /// 宜, 应, 不应, 可
    pub wording: String,
    pub clause: String,
    pub source: String,
    pub verified: Verified,
    pub verified_note: String,
}

static RULES: LazyLock<Vec<OrderRule>> = LazyLock::new(|| read(include_str!("rules/pipe_arrangement.csv")));

pub fn order_rules() -> &'static [OrderRule] {
    &RULES
}

pub fn find_order_rule(rule: &str) -> Option<&'static OrderRule> {
    order_rules().iter().find(|one| one.rule == rule)
}

/// Water pipes from this on transmit, smaller ones distribute: a choice of ours, the clause has no number.
pub const TRANSMISSION_WATER_MM: f64 = 600.0;

/// Place in the order from the edge of the street to its middle, from 0 on; `None` for a kind that the rule does
/// not name.
pub fn place_across(pipe: &Pipe) -> Option<usize> {
    place("ORD-ROAD", across_name(pipe)?)
}

/// Place in the order from the surface down, from 0 on.
pub fn place_down(pipe: &Pipe) -> Option<usize> {
    let name = match pipe.kind.as_str() {
        "telecom" | "broadcast" => "通信",
        "power" | "street_light" => "电力",
        "gas" => "燃气",
        "heat" => "热力",
        "water" => "给水",
        "reclaimed_water" => "再生水",
        "storm_sewer" => "雨水",
        "foul_sewer" | "combined_sewer" => "污水",
        _ => return None,
    };
    place("ORD-CROSS", name)
}

fn across_name(pipe: &Pipe) -> Option<&'static str> {
    Some(match pipe.kind.as_str() {
        "power" | "street_light" => "电力",
        "telecom" | "broadcast" => "通信",
        "water" if pipe.diameter_mm.is_some_and(|mm| mm >= TRANSMISSION_WATER_MM) => "给水(输水)",
        "water" => "给水(配水)",
        "gas" if matches!(pipe.pressure.as_deref(), Some("sub_high_b" | "sub_high_a" | "high_b" | "high_a")) => {
            "燃气(输气)"
        }
        "gas" => "燃气(配气)",
        "heat" => "热力",
        "reclaimed_water" => "再生水",
        "foul_sewer" | "combined_sewer" => "污水",
        "storm_sewer" => "雨水",
        _ => return None,
    })
}

fn place(rule: &str, name: &str) -> Option<usize> {
    find_order_rule(rule)?.order_or_text.split('>').position(|one| one == name)
}

/// Who gives way first sorts first: what is under pressure before what flows by its weight (AVOID-1), what bends
/// before what does not (AVOID-2), small before large (AVOID-4). Branches and temporary lines (AVOID-3 and 5) are
/// not on record. A diameter that is not known counts as small.
pub fn gives_way_key(pipe: &Pipe) -> (bool, bool, i64) {
    let is_rigid = !pipe.is_cable() && !(pipe.kind == "gas" || pipe.kind == "water");
    (pipe.is_gravity(), is_rigid, pipe.diameter_mm.unwrap_or(0.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe(kind: &str, diameter_mm: f64) -> Pipe {
        Pipe { kind: kind.to_owned(), diameter_mm: Some(diameter_mm), ..Pipe::default() }
    }

    #[test]
    fn orders_name_the_kinds_of_the_layers() {
        let across = ["power", "telecom", "water", "gas", "heat", "reclaimed_water", "foul_sewer", "storm_sewer"];
        let places: Vec<usize> = across.iter().map(|kind| place_across(&pipe(kind, 100.0)).expect(kind)).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        let down = ["telecom", "power", "gas", "heat", "water", "reclaimed_water", "storm_sewer", "foul_sewer"];
        let places: Vec<usize> = down.iter().map(|kind| place_down(&pipe(kind, 100.0)).expect(kind)).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(place_across(&pipe("water", 800.0)) > place_across(&pipe("heat", 100.0)));
        assert_eq!(place_across(&pipe("unknown", 100.0)), None);
        assert!(order_rules().iter().all(|rule| !rule.verified.is_firm() || !rule.source.is_empty()));
    }

    #[test]
    fn pressure_gives_way_to_gravity_and_small_to_large() {
        let mut pipes =
            vec![pipe("foul_sewer", 300.0), pipe("heat", 200.0), pipe("water", 300.0), pipe("water", 100.0)];
        pipes.sort_by_key(gives_way_key);
        let kinds: Vec<(&str, f64)> = pipes.iter().map(|p| (p.kind.as_str(), p.diameter_mm.expect("set"))).collect();
        assert_eq!(kinds, [("water", 100.0), ("water", 300.0), ("heat", 200.0), ("foul_sewer", 300.0)]);
    }
}
