//! What the tables of coverage say in words, in Chinese and in English.

use crate::analysis::coverage::{AreaResult, RuleResult, Verdict};
use crate::domain::rule::Verified;

/// In which language people are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Zh,
    En,
}

/// What is true of an area, in the words of the screen's matrix.
pub fn state(rule: &RuleResult, area: &AreaResult) -> [&'static str; 2] {
    let all = area.all.households;
    if area.all.buildings == 0 {
        ["没有楼栋", "no building on record"]
    } else if rule.facilities == 0 {
        ["无设施记录", "no facility on record"]
    } else if rule.reach_m.is_none() {
        ["未规定半径", "no radius set"]
    } else if all <= 0.0 {
        ["户数未知", "households unknown"]
    } else if area.not_reached.households >= all {
        ["全部不可达", "nobody reached"]
    } else if area.not_reached.households > 0.0 {
        ["部分不可达", "some not reached"]
    } else if area.reached_too_small.households > 0.0 {
        ["可达但规模不足", "reached, too small"]
    } else if area.no_data.households > 0.0 {
        ["可达但规模未知", "reached, size unknown"]
    } else if area.verdict == Verdict::Pass {
        ["达标", "met"]
    } else {
        ["可达且规模够，数值待复核", "reached by enough, number to be reviewed"]
    }
}

/// Of a check.
pub fn verdict(verdict: Verdict) -> [&'static str; 2] {
    match verdict {
        Verdict::Pass => ["达标", "pass"],
        Verdict::Fail => ["未达标", "fail"],
        Verdict::Unknown => ["无法判断", "unknown"],
        Verdict::NeedsReview => ["待复核", "needs review"],
    }
}

/// How well a number is known.
pub fn trust(verified: Verified) -> [&'static str; 2] {
    match verified {
        Verified::Source => ["已与原文核对", "read in its source"],
        Verified::SecondarySource => ["转引，未见原文", "quoted elsewhere"],
        Verified::Unverified => ["未核对", "not verified"],
    }
}

/// What is true of a building, by its number.
pub fn building_state(result: &RuleResult, n: usize) -> [&'static str; 2] {
    let buildings = &result.buildings;
    if result.facilities == 0 {
        return ["无设施记录", "no facility on record"];
    }
    match (buildings.why[n], result.reach_m, buildings.state[n]) {
        (2, ..) => ["无步行通路", "no path"],
        (1, ..) => ["超出搜索距离", "beyond the limit of search"],
        (_, None, _) => ["未规定半径", "no radius set"],
        (_, _, 0) => ["可达且规模够", "reached and enough"],
        (_, _, 1) => ["可达但规模不足", "reached, too small"],
        (_, _, 2) => ["不可达", "not reached"],
        _ => ["可达但规模未知", "reached, size unknown"],
    }
}
