//! The tables of a plan: sheets of a workbook, or layers of a GeoPackage.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use geo::{LineString, MultiLineString};

use super::sheet::kind_title;
use crate::analysis::trench::agreement::{AreaTotals, PlanClash, PlanClashKind, code_of};
use crate::analysis::trench::{ClashKind, Place, PlaceState, WorkState};
use crate::app::trench_plans::StoredPlan;
use crate::domain::rule::Verdict;
use crate::domain::trench_plan::{PlannedTrenchState, ReplyKind};
use crate::domain::{LayerId, Viewer};
use crate::export::{Format, Holds, Table, TableCell, TableColumn, TableRow};
use crate::snapshot::{LayerView, ShapeGeometry, Snapshot};

fn column(name: &str, title: &str, holds: Holds) -> TableColumn {
    TableColumn { name: name.to_owned(), title: title.to_owned(), holds }
}

fn text(text: impl Into<String>) -> TableCell {
    TableCell::Text(text.into())
}

fn maybe(value: Option<&str>) -> TableCell {
    value.map_or(TableCell::Empty, text)
}

fn day(day: Option<NaiveDate>) -> TableCell {
    day.map_or(TableCell::Empty, |day| text(day.to_string()))
}

fn count(n: usize) -> TableCell {
    TableCell::Integer(n as i64)
}

fn ids(ids: &[i64]) -> TableCell {
    text(ids.iter().map(i64::to_string).collect::<Vec<_>>().join(" "))
}

fn yuan(text: &str) -> TableCell {
    text.parse::<f64>().map_or(TableCell::Empty, TableCell::Real)
}

/// A code is for programs, a word for people.
fn word(format: Format, code: &'static str, zh: &'static str) -> TableCell {
    text(if format == Format::Xlsx { zh } else { code })
}

fn line(places: &[[f64; 2]]) -> ShapeGeometry {
    let line = LineString::from(places.iter().map(|at| (at[0], at[1])).collect::<Vec<_>>());
    ShapeGeometry::Lines(MultiLineString(vec![line]))
}

fn state(state: PlannedTrenchState) -> (&'static str, &'static str) {
    let zh = match state {
        PlannedTrenchState::Proposed => "建议",
        PlannedTrenchState::Agreed => "已同意",
        PlannedTrenchState::Refused => "未同意",
        PlannedTrenchState::Withdrawn => "已撤回",
    };
    (state.code(), zh)
}

fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "符合"),
        Verdict::Fail => ("fail", "不符合"),
        Verdict::Unknown => ("unknown", "资料不足"),
        Verdict::NeedsReview => ("needs_review", "待复核"),
    }
}

fn place_state(state: PlaceState) -> (&'static str, &'static str) {
    match state {
        PlaceState::Free => ("free", "放得下"),
        PlaceState::Blocked => ("blocked", "处处过近"),
        PlaceState::WidthUnknown => ("width_unknown", "路宽未知"),
        PlaceState::LinesUnseen => ("lines_unseen", "有未公开的现状管线"),
        PlaceState::NoRoom => ("no_room", "比道路宽"),
        PlaceState::NoStreet => ("no_street", "不在道路内"),
    }
}

/// Which existing lines are too near to which works, or lie in the ground that is dug out.
fn too_near(place: &Place, format: Format) -> String {
    let told = place.too_near.iter().map(|one| {
        let work = match (one.work_id, format) {
            (Some(work), _) => format!("utility_work/{work}"),
            (None, Format::Xlsx) => "开挖范围".to_owned(),
            (None, _) => "dug ground".to_owned(),
        };
        format!("utility_line/{} {work} {:.3}", one.line_id, one.short_m)
    });
    told.collect::<Vec<_>>().join("；")
}

/// All tables of a plan, shapes as they lie in the layers of the viewer or in the plan.
pub fn tables(
    plan: &StoredPlan,
    snapshot: &Snapshot,
    viewer: Viewer,
    clashes: &[PlanClash],
    format: Format,
) -> Vec<Table> {
    let seen = snapshot.layer(LayerId::UtilityWork, viewer);
    let mut tables = vec![
        trenches(plan, format),
        works(plan, seen.as_ref(), format),
        openings(plan, snapshot),
        clash_table(plan, seen.as_ref(), clashes, format),
    ];
    if format == Format::Xlsx {
        tables.push(plan.area.as_ref().map_or_else(|| operators(plan), in_area));
        tables.push(replies(plan));
    }
    tables
}

fn trenches(plan: &StoredPlan, format: Format) -> Table {
    let columns = vec![
        column("code", "编号", Holds::Text),
        column("trench_version", "版本", Holds::Integer),
        column("state", "状态", Holds::Text),
        column("street_id", "道路编号", Holds::Integer),
        column("street", "道路", Holds::Text),
        column("from_m", "起点桩号（米）", Holds::Real),
        column("to_m", "终点桩号（米）", Holds::Real),
        column("starts_on", "开工日期", Holds::Text),
        column("ends_on", "完工日期", Holds::Text),
        column("work_ids", "工程编号", Holds::Text),
        column("operators", "参与单位", Holds::Text),
        column("awaited", "待答复单位", Holds::Text),
        column("lead_operator", "牵头单位", Holds::Text),
        column("width_m", "沟宽（米）", Holds::Real),
        column("depth_m", "沟深（米）", Holds::Real),
        column("excess_m", "超宽（米）", Holds::Real),
        column("gives_way", "让行工程", Holds::Text),
        column("place", "横向位置", Holds::Text),
        column("offset_m", "距道路中线（米，右正左负）", Holds::Real),
        column("place_short_m", "距现状管线差（米）", Holds::Real),
        column("too_near", "过近的现状管线", Holds::Text),
        column("verdict", "净距判定", Holds::Text),
        column("saved_soil_m3", "节省土方（立方米）", Holds::Real),
        column("saved_surface_m2", "节省路面（平方米）", Holds::Real),
    ];
    let rows = plan.trenches.iter().map(|trench| {
        let (kept, result) = (&trench.kept, &trench.kept.result);
        let (code, zh) = state(kept.state);
        let place = result.place.as_ref();
        let (verdict_code, verdict_zh) = verdict(result.verdict);
        let gives_way: Vec<String> =
            result.gives_way.iter().map(|one| format!("{} ({})", one.work_id, one.rule)).collect();
        TableRow {
            cells: vec![
                text(code_of(plan.row.trench_plan_id, kept.number)),
                TableCell::Integer(i64::from(kept.version)),
                word(format, code, zh),
                result.street_id.map_or(TableCell::Empty, TableCell::Integer),
                maybe(result.street.as_deref()),
                TableCell::Real(result.from_m),
                TableCell::Real(result.to_m),
                day(Some(result.starts_on)),
                day(Some(result.ends_on)),
                ids(&result.work_ids),
                text(kept.operators().join("；")),
                text(kept.outstanding().join("；")),
                maybe(kept.lead_operator.as_deref()),
                TableCell::Real(result.width_m),
                TableCell::Real(result.depth_m),
                result.excess_m.into(),
                text(gives_way.join("；")),
                place.map_or(TableCell::Empty, |place| {
                    let (code, zh) = place_state(place.state);
                    word(format, code, zh)
                }),
                place.and_then(|place| place.offset_m).into(),
                place.and_then(|place| place.short_m).into(),
                text(place.map_or_else(String::new, |place| too_near(place, format))),
                word(format, verdict_code, verdict_zh),
                TableCell::Real(result.saving.soil_m3),
                TableCell::Real(result.saving.surface_m2),
            ],
            shape: Some(line(result.lies_along())),
        }
    });
    Table { name: "trenches", title: "共沟", columns, rows: rows.collect(), has_shapes: true }
}

fn works(plan: &StoredPlan, view: Option<&LayerView<'_>>, format: Format) -> Table {
    let columns = vec![
        column("work_id", "工程编号", Holds::Integer),
        column("code", "工程代码", Holds::Text),
        column("operator", "专业经营单位", Holds::Text),
        column("utility_kind", "管线种类", Holds::Text),
        column("state", "安排", Holds::Text),
        column("why", "未安排原因", Holds::Text),
        column("starts_on", "开工日期", Holds::Text),
        column("ends_on", "完工日期", Holds::Text),
        column("shift_days", "调整天数", Holds::Integer),
        column("street_ids", "道路编号", Holds::Text),
        column("length_m", "长度（米）", Holds::Real),
        column("remarks", "备注", Holds::Text),
    ];
    let agreed: BTreeMap<i64, &crate::analysis::trench::agreement::WorkCopy> =
        plan.trenches.iter().flat_map(|trench| trench.inside().map(|work| (work.work_id, work))).collect();
    let rows = plan.answer.works.iter().map(|work| {
        let (state, zh) = match work.state {
            WorkState::Planned => ("planned", "已安排"),
            WorkState::Trenchless => ("trenchless", "非开挖"),
            WorkState::NotPlanned => ("not_planned", "未安排"),
        };
        let item = view.and_then(|view| view.find(work.work_id));
        let kind = item
            .and_then(|item| view?.value(item, "utility_kind")?.as_text())
            .or_else(|| agreed.get(&work.work_id).map(|copy| copy.utility_kind.as_str()));
        let why = work.why.and_then(|why| serde_json::to_value(why).ok());
        let shape = item.map(|item| item.shape.geometry().clone()).or_else(|| {
            let lines = &agreed.get(&work.work_id)?.lines;
            let part =
                |part: &Vec<[f64; 2]>| LineString::from(part.iter().map(|at| (at[0], at[1])).collect::<Vec<_>>());
            Some(ShapeGeometry::Lines(MultiLineString(lines.iter().map(part).collect())))
        });
        TableRow {
            cells: vec![
                TableCell::Integer(work.work_id),
                maybe(work.code.as_deref()),
                maybe(work.operator.as_deref()),
                kind.map_or(TableCell::Empty, |kind| match format {
                    Format::Xlsx => text(kind_title(kind).zh),
                    _ => text(kind),
                }),
                word(format, state, zh),
                maybe(why.as_ref().and_then(|why| why.as_str())),
                day(work.starts_on),
                day(work.ends_on),
                TableCell::Integer(work.shift_days),
                ids(&work.street_ids),
                TableCell::Real(work.length_m),
                text(work.remarks.join(" ")),
            ],
            shape,
        }
    });
    Table { name: "works", title: "工程", columns, rows: rows.collect(), has_shapes: true }
}

fn openings(plan: &StoredPlan, snapshot: &Snapshot) -> Table {
    let columns = vec![
        column("street_id", "道路编号", Holds::Integer),
        column("street", "道路", Holds::Text),
        column("starts_on", "开工日期", Holds::Text),
        column("ends_on", "完工日期", Holds::Text),
        column("protected_until", "保护期至", Holds::Text),
        column("work_ids", "工程编号", Holds::Text),
        column("is_protection_unknown", "保护期不明", Holds::Integer),
    ];
    let view = snapshot.layer(LayerId::Street, Viewer::Everything);
    let rows = plan.answer.openings.iter().map(|one| TableRow {
        cells: vec![
            TableCell::Integer(one.street_id),
            maybe(one.street.as_deref()),
            day(Some(one.starts_on)),
            day(Some(one.ends_on)),
            day(Some(one.protected_until)),
            ids(&one.work_ids),
            TableCell::Integer(i64::from(one.is_protection_unknown)),
        ],
        shape: view.as_ref().and_then(|view| Some(view.find(one.street_id)?.shape.geometry().clone())),
    });
    Table { name: "openings", title: "开挖", columns, rows: rows.collect(), has_shapes: true }
}

fn clash_table(plan: &StoredPlan, view: Option<&LayerView<'_>>, since: &[PlanClash], format: Format) -> Table {
    let shape = |work: i64| view.and_then(|view| Some(view.find(work)?.shape.geometry().clone()));
    let columns = vec![
        column("kind", "冲突", Holds::Text),
        column("trench", "共沟编号", Holds::Text),
        column("work_id", "工程编号", Holds::Integer),
        column("other", "与", Holds::Text),
        column("street_ids", "道路编号", Holds::Text),
        column("missing_days", "相差天数", Holds::Integer),
        column("protected_until", "保护期至", Holds::Text),
        column("changed", "变更内容", Holds::Text),
    ];
    let told = plan.answer.clashes.iter().map(|clash| {
        let (kind, zh) = match clash.kind {
            ClashKind::StreetProtected => ("street_protected", "道路保护期"),
            ClashKind::SecondOpening => ("second_opening", "二次开挖"),
            ClashKind::Clearance => ("clearance", "净距不足"),
        };
        let streets: Vec<i64> = clash.places.iter().filter_map(|place| place.street_id).collect();
        TableRow {
            cells: vec![
                word(format, kind, zh),
                TableCell::Empty,
                TableCell::Integer(clash.work_id),
                text(clash.other.as_str()),
                ids(&streets),
                clash.missing_days.map_or(TableCell::Empty, TableCell::Integer),
                day(clash.protected_until),
                TableCell::Empty,
            ],
            shape: shape(clash.work_id),
        }
    });
    let since = since.iter().map(|clash| {
        let (kind, zh) = match clash.kind {
            PlanClashKind::ChangedAfterAgreement => ("changed_after_agreement", "同意后变更"),
            PlanClashKind::ChangedSincePlanned => ("changed_since_planned", "安排后变更"),
            PlanClashKind::SecondOpening => ("second_opening", "二次开挖"),
        };
        let changed: Vec<String> = clash
            .changes
            .iter()
            .map(|change| match change.field.as_str() {
                "geometry" => "geometry".to_owned(),
                field => format!("{field}: {} → {}", change.agreed, change.now),
            })
            .chain(clash.is_gone.then(|| "deleted".to_owned()))
            .collect();
        TableRow {
            cells: vec![
                word(format, kind, zh),
                text(code_of(plan.row.trench_plan_id, clash.number)),
                TableCell::Integer(clash.work_id),
                TableCell::Empty,
                ids(&clash.street_id.into_iter().collect::<Vec<_>>()),
                TableCell::Empty,
                day(clash.protected_until),
                text(changed.join("; ")),
            ],
            shape: shape(clash.work_id),
        }
    });
    let rows: Vec<TableRow> = told.chain(since).collect();
    Table { name: "clashes", title: "冲突", columns, rows, has_shapes: true }
}

fn operators(plan: &StoredPlan) -> Table {
    let columns = vec![
        column("operator", "专业经营单位", Holds::Text),
        column("works", "工程数", Holds::Integer),
        column("planned", "已安排", Holds::Integer),
        column("planned_alone", "各自施工时可安排", Holds::Integer),
        column("saving_yuan", "节省（元）", Holds::Real),
        column("clashes", "冲突数", Holds::Integer),
    ];
    let rows = plan.answer.operators.iter().map(|one| TableRow {
        cells: vec![
            maybe(one.operator.as_deref()),
            count(one.works),
            count(one.planned),
            count(one.planned_alone),
            yuan(&one.saving_yuan),
            count(one.clashes),
        ],
        shape: None,
    });
    Table { name: "operators", title: "单位", columns, rows: rows.collect(), has_shapes: false }
}

/// What a body is told instead of the figures of the city.
fn in_area(totals: &AreaTotals) -> Table {
    let columns = vec![column("figure", "指标（本辖区）", Holds::Text), column("value", "数值", Holds::Real)];
    let count = |n: usize| TableCell::Real(n as f64);
    let rows = [
        ("工程数", count(totals.works)),
        ("已安排", count(totals.planned)),
        ("非开挖", count(totals.trenchless)),
        ("未安排", count(totals.not_planned)),
        ("需调整日期的工程", count(totals.shifted)),
        ("开挖道路", count(totals.streets_opened)),
        ("开挖次数", count(totals.openings)),
        ("共沟数", count(totals.trenches)),
        ("共沟长度（米）", TableCell::Real(totals.trench_m)),
        ("共沟土方与路面节省（元）", yuan(&totals.saving_yuan)),
        ("冲突数", count(totals.clashes)),
    ];
    let row = |(title, value)| TableRow { cells: vec![text(title), value], shape: None };
    let rows = rows.into_iter().map(row).collect();
    Table { name: "area", title: "本辖区", columns, rows, has_shapes: false }
}

fn replies(plan: &StoredPlan) -> Table {
    let columns = vec![
        column("trench", "共沟编号", Holds::Text),
        column("trench_version", "版本", Holds::Integer),
        column("is_current", "现行版本", Holds::Text),
        column("operator", "单位", Holds::Text),
        column("reply", "答复", Holds::Text),
        column("reason", "理由", Holds::Text),
        column("first_day", "希望首日", Holds::Text),
        column("last_day", "希望末日", Holds::Text),
        column("made_at", "时间", Holds::Text),
        column("made_by", "记录人", Holds::Text),
    ];
    let rows = plan.trenches.iter().flat_map(|trench| {
        trench.replies.iter().map(|reply| {
            let zh = match ReplyKind::from_code(&reply.reply) {
                Some(ReplyKind::Accept) => "同意",
                Some(ReplyKind::Shift) => "申请调整",
                Some(ReplyKind::Refuse) => "不同意",
                None => reply.reply.as_str(),
            };
            TableRow {
                cells: vec![
                    text(code_of(plan.row.trench_plan_id, trench.kept.number)),
                    TableCell::Integer(i64::from(reply.trench_version)),
                    text(if reply.trench_version == trench.kept.version { "是" } else { "否" }),
                    text(reply.operator.as_str()),
                    text(zh),
                    maybe(reply.reason.as_deref()),
                    day(reply.first_day),
                    day(reply.last_day),
                    text(reply.made_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
                    text(reply.actor.as_str()),
                ],
                shape: None,
            }
        })
    });
    Table { name: "replies", title: "答复", columns, rows: rows.collect(), has_shapes: false }
}
