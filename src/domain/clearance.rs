//! Clearances and cover of buried lines: GB 50289-2016 tables 4.1.1, 4.1.9 and 4.1.14, as data.
//!
//! A number that was not read in print never carries a plain pass, unless somebody compared it and says so. None
//! of the three tables is a mandatory clause (announcement 1099), so a breach can be accepted with a reason, a
//! measure and a name; it stays a breach.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::pipe::Pipe;
use super::rule::{Verdict, Verified, read};

/// The rule set of buried lines. It changes with every number in it.
pub const CLEARANCE_SET_VERSION: &str = "2026.11";

/// Which table a number stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClearanceTable {
    /// 4.1.9: between lines side by side.
    Horizontal,
    /// 4.1.14: between lines that cross.
    Vertical,
    /// 4.1.1: soil above a line.
    Cover,
}

/// When the greater of two numbers of a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GreaterWhen {
    /// One of the two has a nominal diameter above 300 mm.
    #[serde(rename = "diameter_over_300")]
    DiameterOver300,
    /// The cable has 35 kV or more, which no layer records.
    #[serde(rename = "from_35_kv")]
    From35Kv,
}

/// One number of a table.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ClearanceRule {
    /// `4.1.9:W1:S`: clause and the two classes; `4.1.1:给水:机动车道`: clause, line and part of the road.
    pub rule: String,
    pub table: ClearanceTable,
    pub a_zh: String,
    pub b_zh: String,
    pub min_m: f64,
    /// Holds instead when `greater_when` is true.
    pub greater_m: Option<f64>,
    pub greater_when: Option<GreaterWhen>,
    /// Conditions and notes of the table in its own words.
    pub note: String,
    pub clause: String,
    pub source: String,
    pub verified: Verified,
    /// Where the number was seen, in words.
    pub verified_note: String,
}

#[derive(Deserialize)]
struct PairRow {
    a: String,
    b: String,
    a_zh: String,
    b_zh: String,
    min_clear_m: f64,
    #[serde(alias = "note")]
    condition: String,
    clause: String,
    #[serde(default)]
    greater_m: Option<f64>,
    #[serde(default)]
    greater_when: Option<GreaterWhen>,
    source: String,
    verified: Verified,
    verified_note: String,
}

#[derive(Deserialize)]
struct CoverRow {
    utility: String,
    road_part: String,
    min_cover_m: f64,
    note: String,
    clause: String,
    source: String,
    verified: Verified,
    verified_note: String,
}

type Pairs = BTreeMap<(&'static str, &'static str), usize>;

struct Tables {
    rules: Vec<ClearanceRule>,
    horizontal: Pairs,
    vertical: Pairs,
    cover: Pairs,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

impl Tables {
    fn read() -> Self {
        let mut tables =
            Self { rules: Vec::new(), horizontal: Pairs::new(), vertical: Pairs::new(), cover: Pairs::new() };
        let pairs = [
            (ClearanceTable::Horizontal, "4.1.9", include_str!("rules/pipe_horizontal_clearance.csv")),
            (ClearanceTable::Vertical, "4.1.14", include_str!("rules/pipe_vertical_clearance.csv")),
        ];
        for (table, clause, text) in pairs {
            for row in read::<PairRow>(text) {
                let key = (leak(&row.a), leak(&row.b));
                let index = tables.rules.len();
                let map = if table == ClearanceTable::Vertical { &mut tables.vertical } else { &mut tables.horizontal };
                map.insert(key, index);
                tables.rules.push(ClearanceRule {
                    rule: format!("{clause}:{}:{}", row.a, row.b),
                    table,
                    a_zh: row.a_zh,
                    b_zh: row.b_zh,
                    min_m: row.min_clear_m,
                    greater_m: row.greater_m,
                    greater_when: row.greater_when,
                    note: row.condition,
                    clause: row.clause,
                    source: row.source,
                    verified: row.verified,
                    verified_note: row.verified_note,
                });
            }
        }
        for row in read::<CoverRow>(include_str!("rules/pipe_min_cover.csv")) {
            tables.cover.insert((leak(&row.utility), leak(&row.road_part)), tables.rules.len());
            tables.rules.push(ClearanceRule {
                rule: format!("4.1.1:{}:{}", row.utility, row.road_part),
                table: ClearanceTable::Cover,
                a_zh: row.utility,
                b_zh: row.road_part,
                min_m: row.min_cover_m,
                greater_m: None,
                greater_when: None,
                note: row.note,
                clause: row.clause,
                source: row.source,
                verified: row.verified,
                verified_note: row.verified_note,
            });
        }
        tables
    }
}

/// Keys of a table that lives as long as the program and is read once.
fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// All numbers of the three tables, in their order.
pub fn clearance_rules() -> &'static [ClearanceRule] {
    &TABLES.rules
}

pub fn find_clearance_rule(rule: &str) -> Option<&'static ClearanceRule> {
    clearance_rules().iter().find(|one| one.rule == rule)
}

/// What the tables ask of two lines, or of one line and a road.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Requirement {
    /// Every number that may be the one.
    pub rules: Vec<&'static ClearanceRule>,
    /// The smallest and the greatest of what may be asked; 0 where no rule is known.
    pub least_m: f64,
    pub most_m: f64,
    /// One of the classes that a line may belong to has no number in the table.
    pub has_gap: bool,
}

/// Parts of a road in table 4.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoadPart {
    Carriageway,
    /// 非机动车道(含人行道)
    Footway,
}

/// A distance that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub metres: f64,
    /// True when a diameter is missing, so that the true distance is smaller by an unknown amount.
    pub is_at_most: bool,
}

/// Between two lines side by side.
pub fn horizontal(a: &Pipe, b: &Pipe) -> Requirement {
    between(&TABLES.horizontal, a, b, &a.horizontal_classes(), &b.horizontal_classes())
}

/// Between two lines that cross.
pub fn vertical(a: &Pipe, b: &Pipe) -> Requirement {
    between(&TABLES.vertical, a, b, &a.vertical_classes(), &b.vertical_classes())
}

/// Soil above a line.
pub fn cover(pipe: &Pipe, part: RoadPart) -> Requirement {
    let part = match part {
        RoadPart::Carriageway => "机动车道",
        RoadPart::Footway => "非机动车道(含人行道)",
    };
    let mut asked = Requirement::default();
    for row in pipe.cover_rows() {
        asked.add(TABLES.cover.get(&(row, part)).map(|&n| &TABLES.rules[n]), |rule| (rule.min_m, rule.min_m));
    }
    asked
}

fn between(pairs: &Pairs, a: &Pipe, b: &Pipe, of_a: &[&'static str], of_b: &[&'static str]) -> Requirement {
    let over_300 = [a.diameter_mm, b.diameter_mm];
    let numbers = |rule: &ClearanceRule| match (rule.greater_m, rule.greater_when) {
        (Some(greater), Some(GreaterWhen::DiameterOver300)) => {
            if over_300.iter().flatten().any(|mm| *mm > 300.0) {
                (greater, greater)
            } else if over_300.iter().all(Option::is_some) {
                (rule.min_m, rule.min_m)
            } else {
                (rule.min_m, greater)
            }
        }
        (Some(greater), _) => (rule.min_m, greater),
        (None, _) => (rule.min_m, rule.min_m),
    };
    let mut asked = Requirement::default();
    for &one in of_a {
        for &other in of_b {
            let at = pairs.get(&(one, other)).or_else(|| pairs.get(&(other, one)));
            asked.add(at.map(|&n| &TABLES.rules[n]), numbers);
        }
    }
    asked
}

impl Requirement {
    fn add(&mut self, rule: Option<&'static ClearanceRule>, numbers: impl Fn(&ClearanceRule) -> (f64, f64)) {
        let Some(rule) = rule else {
            self.has_gap = true;
            return;
        };
        let (least, most) = numbers(rule);
        self.least_m = if self.rules.is_empty() { least } else { self.least_m.min(least) };
        self.most_m = self.most_m.max(most);
        self.rules.push(rule);
    }

    /// True when every number that it may rest on was read in print, or compared with print by somebody.
    pub fn is_firm(&self, confirmed: &BTreeSet<String>) -> bool {
        !self.has_gap
            && !self.rules.is_empty()
            && self.rules.iter().all(|rule| rule.verified.is_firm() || confirmed.contains(&rule.rule))
    }

    /// Holds a distance against what is asked. Nothing that is not known passes.
    pub fn check(&self, measured: Option<Measured>, confirmed: &BTreeSet<String>) -> Verdict {
        const HAIR_M: f64 = 1e-9;
        let Some(measured) = measured else { return Verdict::Unknown };
        if self.rules.is_empty() {
            return Verdict::Unknown;
        }
        if measured.metres < self.least_m - HAIR_M {
            // A class without a number might ask for nothing.
            return if self.has_gap { Verdict::Unknown } else { Verdict::Fail };
        }
        if self.has_gap {
            return Verdict::Unknown;
        }
        if measured.is_at_most || measured.metres < self.most_m - HAIR_M || !self.is_firm(confirmed) {
            return Verdict::NeedsReview;
        }
        Verdict::Pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe(kind: &str, diameter_mm: Option<f64>) -> Pipe {
        Pipe { kind: kind.to_owned(), diameter_mm, ..Pipe::default() }
    }

    fn metres(metres: f64) -> Option<Measured> {
        Some(Measured { metres, is_at_most: false })
    }

    #[test]
    fn every_number_has_its_clause_and_source_and_none_of_memory_is_firm() {
        let count = |table| clearance_rules().iter().filter(|rule| rule.table == table).count();
        assert_eq!(count(ClearanceTable::Horizontal), 251);
        assert_eq!(count(ClearanceTable::Vertical), 81);
        assert_eq!(count(ClearanceTable::Cover), 21);
        let ids: BTreeSet<&str> = clearance_rules().iter().map(|rule| rule.rule.as_str()).collect();
        assert_eq!(ids.len(), clearance_rules().len(), "a rule repeats");
        for rule in clearance_rules() {
            assert!(rule.min_m > 0.0 && !rule.source.is_empty() && !rule.clause.is_empty(), "{}", rule.rule);
            assert_eq!(rule.greater_m.is_some(), rule.greater_when.is_some(), "{}", rule.rule);
            if rule.verified_note.contains("memory") {
                assert_eq!(rule.verified, Verified::Unverified, "{}", rule.rule);
            }
        }
        assert_eq!(find_clearance_rule("4.1.9:W1:S").map(|rule| rule.min_m), Some(1.0));
    }

    #[test]
    fn an_unverified_number_never_passes_until_somebody_confirms_it() {
        let asked = horizontal(&pipe("water", Some(300.0)), &pipe("foul_sewer", Some(400.0)));
        assert_eq!((asked.least_m, asked.most_m), (1.5, 1.5));
        assert_eq!(asked.check(metres(1.49), &BTreeSet::new()), Verdict::Fail);
        assert_eq!(asked.check(metres(1.5), &BTreeSet::new()), Verdict::NeedsReview);
        let confirmed = BTreeSet::from(["4.1.9:W2:S".to_owned()]);
        assert_eq!(asked.check(metres(1.5), &confirmed), Verdict::Pass);
        assert_eq!(asked.check(None, &confirmed), Verdict::Unknown);
    }

    #[test]
    fn without_a_diameter_the_distance_of_axes_can_fail_but_not_pass() {
        let asked = horizontal(&pipe("water", None), &pipe("foul_sewer", Some(400.0)));
        assert_eq!((asked.least_m, asked.most_m), (1.0, 1.5));
        let confirmed = BTreeSet::from(["4.1.9:W1:S".to_owned(), "4.1.9:W2:S".to_owned()]);
        let axis = |metres| Some(Measured { metres, is_at_most: true });
        assert_eq!(asked.check(axis(0.9), &confirmed), Verdict::Fail);
        assert_eq!(asked.check(axis(9.0), &confirmed), Verdict::NeedsReview);
    }

    #[test]
    fn a_pair_that_the_table_does_not_know_is_unknown() {
        let asked = horizontal(&pipe("water", Some(100.0)), &pipe("unknown", None));
        assert!(asked.rules.is_empty());
        assert_eq!(asked.check(metres(50.0), &BTreeSet::new()), Verdict::Unknown);
        // Water beside water has no cell either.
        let asked = horizontal(&pipe("water", Some(100.0)), &pipe("water", Some(100.0)));
        assert_eq!(asked.check(metres(50.0), &BTreeSet::new()), Verdict::Unknown);
    }

    #[test]
    fn a_large_gas_pipe_asks_for_the_greater_number() {
        let gas = |mm| Pipe { pressure: Some("medium_a".to_owned()), ..pipe("gas", mm) };
        let most = |a, b| {
            let asked = horizontal(&gas(a), &gas(b));
            (asked.least_m, asked.most_m)
        };
        assert_eq!(most(Some(300.0), Some(300.0)), (0.4, 0.4));
        assert_eq!(most(Some(315.0), Some(300.0)), (0.5, 0.5));
        assert_eq!(most(Some(300.0), None), (0.4, 0.5));
    }

    #[test]
    fn cover_differs_between_parts_of_the_road() {
        let water = pipe("water", Some(300.0));
        assert_eq!(cover(&water, RoadPart::Carriageway).most_m, 0.7);
        assert_eq!(cover(&water, RoadPart::Footway).most_m, 0.6);
        let telecom = cover(&pipe("telecom", None), RoadPart::Carriageway);
        assert_eq!((telecom.least_m, telecom.most_m), (0.6, 0.9));
    }
}
