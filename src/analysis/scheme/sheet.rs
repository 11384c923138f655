//! 一片一案: all that is known of one precinct on one sheet.

use std::collections::{BTreeMap, BTreeSet};

use geo::{Intersects, MultiPolygon};
use serde::Serialize;
use utoipa::ToSchema;

use super::totals::{Totals, totals};
use super::{About, How, Scheme};
use crate::analysis::coverage::{Gap, People, Question, Speeds, Verdict, coverage};
use crate::analysis::eligibility::{Eligibility, VerdictCounts};
use crate::analysis::partition::Id;
use crate::domain::rule::rules;
use crate::domain::value::yuan;
use crate::domain::{LayerId, Value, Viewer};
use crate::geodesy::measure::area_m2;
use crate::snapshot::walk::Walk;
use crate::snapshot::{Item, LayerView, ShapeGeometry, Snapshot};

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sheet {
    pub precinct_id: Id,
    pub about: About,
    /// Of the outline.
    pub area_m2: f64,
    pub totals: Totals,
    pub eligibility: VerdictCounts,
    pub members: Vec<SheetMember>,
    /// Services that members lack, the most households first.
    pub gaps: Vec<Gap>,
    /// Planned works of which a part lies inside.
    pub utility_works: Vec<SheetWork>,
    pub costs: Vec<CostOfSource>,
    /// How the sheet was made, for people to read beside the numbers.
    pub note: &'static str,
}

pub const NOTE: &str = "Totals are sums of the members; unknown says how many members do not know a number, which is in \
     no sum. Gaps are those of the coverage rules for the members, walked in the whole city. A utility work is listed \
     with its whole cost when a part of it lies inside the outline. A cost that nobody has estimated is not known and is \
     not taken for nothing.";

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SheetMember {
    pub community_id: i64,
    pub name: Option<String>,
    pub how: How,
    pub responsible_body: Option<String>,
    pub built_year: Option<f64>,
    pub households: Option<f64>,
    pub buildings: Option<f64>,
    pub floor_area_m2: Option<f64>,
    pub renewal_class: Option<String>,
    /// Yuan with two decimals.
    pub estimated_cost: Option<String>,
    /// Null: not in the city any more.
    pub eligibility: Option<Verdict>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SheetWork {
    pub utility_work_id: i64,
    pub name: Option<String>,
    pub utility_kind: Option<String>,
    pub operator: Option<String>,
    pub window_start: Option<String>,
    pub window_end: Option<String>,
    pub estimated_cost: Option<String>,
}

/// What a source of cost comes to, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostOfSource {
    /// `communities`, `utility_works` or `facilities`.
    pub source: &'static str,
    /// Whose works, of utility works; null where the work does not say.
    pub operator: Option<String>,
    /// Yuan with two decimals; null where nothing of it is known.
    pub known: Option<String>,
    pub entries: usize,
    /// Entries without an estimate.
    pub unknown: usize,
}

/// The sheet of a precinct; `None` where there is none, or `is_wanted` turned false.
pub fn sheet(
    scheme: &Scheme,
    id: Id,
    (snapshot, walk, people): (&Snapshot, &Walk, &People),
    eligibility: &BTreeMap<i64, Eligibility>,
    is_wanted: &dyn Fn() -> bool,
) -> Option<Sheet> {
    let (about, areas) = (scheme.about.get(&id)?, scheme.outlines.to_areas(id)?);
    let view = snapshot.layer(LayerId::Community, Viewer::Everything)?;
    let ids: BTreeSet<i64> = scheme.members_of(id).collect();
    let question = Question {
        rules: rules().to_vec(),
        speeds: Speeds::default(),
        limit_m: 3000.0,
        steps: Vec::new(),
        most_gaps: usize::MAX,
    };
    let mut gaps = coverage(snapshot, walk, people, &question, &|_| {}, is_wanted)?.gaps;
    gaps.retain(|gap| ids.contains(&gap.community_id));
    let members: Vec<SheetMember> =
        ids.iter().map(|community| member(scheme, &view, *community, eligibility)).collect();
    let works = works(snapshot, &areas);
    let verdicts = ids.iter().map(|id| eligibility.get(id).map_or(Verdict::Unknown, |it| it.verdict));
    let communities = money(ids.iter().map(|id| view.find(*id).and_then(|item| fen(&view, item))));
    let mut costs = vec![cost("communities", None, communities)];
    costs.extend(works.1);
    // What a facility that closes a gap costs stands in no layer.
    costs.push(cost("facilities", None, (0, gaps.len(), gaps.len())));
    Some(Sheet {
        precinct_id: id,
        about: about.clone(),
        area_m2: (area_m2(&areas) * 10.0).round() / 10.0,
        totals: totals(snapshot, Viewer::Everything, ids.iter().copied()),
        eligibility: VerdictCounts::of(verdicts),
        members,
        gaps,
        utility_works: works.0,
        costs,
        note: NOTE,
    })
}

fn fen(view: &LayerView<'_>, item: &Item) -> Option<i64> {
    match view.value(item, "estimated_cost") {
        Some(Value::Money(fen)) => Some(*fen),
        _ => None,
    }
}

/// Fen, entries, entries that do not know.
fn money(entries: impl Iterator<Item = Option<i64>>) -> (i64, usize, usize) {
    entries.fold((0, 0, 0), |(sum, count, unknown), entry| {
        (sum + entry.unwrap_or(0), count + 1, unknown + usize::from(entry.is_none()))
    })
}

fn cost(source: &'static str, operator: Option<String>, (fen, entries, unknown): (i64, usize, usize)) -> CostOfSource {
    CostOfSource { source, operator, known: (unknown < entries).then(|| yuan(fen)), entries, unknown }
}

fn member(scheme: &Scheme, view: &LayerView<'_>, id: i64, eligibility: &BTreeMap<i64, Eligibility>) -> SheetMember {
    let item = view.find(id);
    let value = |field: &str| item.and_then(|item| view.value(item, field));
    let number = |field: &str| value(field).and_then(Value::as_f64);
    let text = |field: &str| value(field).and_then(Value::as_text).map(str::to_owned);
    SheetMember {
        community_id: id,
        name: text("name"),
        how: scheme.members.get(&id).map_or(How::ByHand, |member| member.how),
        responsible_body: text("responsible_body"),
        built_year: number("built_year"),
        households: number("households"),
        buildings: number("building_count"),
        floor_area_m2: number("floor_area_m2"),
        renewal_class: text("renewal_class"),
        estimated_cost: item.and_then(|item| fen(view, item)).map(yuan),
        eligibility: eligibility.get(&id).map(|it| it.verdict),
    }
}

fn works(snapshot: &Snapshot, areas: &MultiPolygon<f64>) -> (Vec<SheetWork>, Vec<CostOfSource>) {
    use geo::BoundingRect;
    let (Some(view), Some(rect)) = (snapshot.layer(LayerId::UtilityWork, Viewer::Everything), areas.bounding_rect())
    else {
        return (Vec::new(), Vec::new());
    };
    let is_inside = |item: &&std::sync::Arc<Item>| match item.shape.geometry() {
        ShapeGeometry::Point(at) => areas.intersects(at),
        ShapeGeometry::Lines(lines) => areas.intersects(lines),
        ShapeGeometry::Areas(other) => areas.intersects(other),
    };
    let mut inside: Vec<&std::sync::Arc<Item>> = view.in_box(rect).filter(is_inside).collect();
    inside.sort_unstable_by_key(|item| item.id);
    let mut by_operator: BTreeMap<Option<String>, Vec<Option<i64>>> = BTreeMap::new();
    let works = inside.iter().map(|item| {
        let text = |field: &str| view.value(item, field).and_then(Value::as_text).map(str::to_owned);
        let day = |field: &str| match view.value(item, field) {
            Some(Value::Date(day)) => Some(day.to_string()),
            _ => None,
        };
        by_operator.entry(text("operator")).or_default().push(fen(&view, item));
        SheetWork {
            utility_work_id: item.id,
            name: text("name"),
            utility_kind: text("utility_kind"),
            operator: text("operator"),
            window_start: day("window_start"),
            window_end: day("window_end"),
            estimated_cost: fen(&view, item).map(yuan),
        }
    });
    let works = works.collect();
    let costs =
        by_operator.into_iter().map(|(operator, entries)| cost("utility_works", operator, money(entries.into_iter())));
    (works, costs.collect())
}
