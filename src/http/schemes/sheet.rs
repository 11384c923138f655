//! The phases of a scheme, and the sheet of a precinct (一片一案).

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{SchemeSummary, found};
use crate::analysis::coverage::Verdict;
use crate::analysis::eligibility::{Eligibility, eligibility};
use crate::analysis::scheme::phases::{Phases, phases};
use crate::analysis::scheme::sheet::{Sheet, sheet};
use crate::domain::Viewer;
use crate::export::workbook::{Cell, Table, write_workbook};
use crate::export::{Folder, Format};
use crate::http::AppState;
use crate::http::author::Author;
use crate::http::eligibility::in_force;
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::{Kind, Problem, ProblemBody};
use crate::http::representation::{Representation, Wishes};

#[derive(Debug, Serialize, ToSchema)]
pub struct PhasesAnswer {
    scheme_id: i64,
    revision: u64,
    #[serde(flatten)]
    #[schema(inline)]
    phases: Phases,
}

/// Pilots first, then year by year, and the plan's targets against what the scheme gives, by responsible body.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/phases", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme")),
    responses((status = 200, description = "The phases", body = PhasesAnswer),
        (status = 404, description = "No such scheme", body = ProblemBody)))]
pub async fn show_phases(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _: Author,
    parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    parameters.finish()?;
    let stored = found(&state, &id, Viewer::Everything).await?;
    let rules = in_force(&state).await?;
    let snapshot = state.city.snapshot();
    let answer = state.lanes.heavy(move |_| {
        let judged = eligibility(&snapshot, &rules.settings, &rules.overrides);
        let verdicts: BTreeMap<i64, Verdict> = judged.iter().map(|one| (one.community_id, one.verdict)).collect();
        PhasesAnswer {
            scheme_id: stored.row.scheme_id,
            revision: snapshot.revision,
            phases: phases(&stored.scheme, &snapshot, &verdicts),
        }
    });
    Ok(Representation::json(JSON, &answer.await).answer(&wishes))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SheetAnswer {
    scheme: SchemeSummary,
    revision: u64,
    rule_set: &'static str,
    #[serde(flatten)]
    #[schema(inline)]
    sheet: Sheet,
}

/// All that is known of a precinct on one sheet: members, sums, eligibility, gaps in services, planned utility works,
/// costs by source.
#[utoipa::path(get, path = "/api/schemes/{scheme_id}/precincts/{precinct_id}/sheet", tag = "schemes",
    params(("scheme_id" = i64, Path, description = "Number of a scheme"),
        ("precinct_id" = i64, Path, description = "Number of a precinct of it"),
        ("f" = Option<String>, Query, description = "json (by default) or xlsx")),
    responses((status = 200, description = "The sheet", content((SheetAnswer = "application/json"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "No such scheme or precinct", body = ProblemBody)))]
pub async fn show_sheet(
    State(state): State<AppState>,
    Path((id, precinct)): Path<(String, String)>,
    _: Author,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let is_workbook = match parameters.take("f")?.as_deref() {
        None | Some("json") => false,
        Some("xlsx") => true,
        Some(other) => return Err(Problem::parameter("f", format!("«{other}» is not json or xlsx"))),
    };
    parameters.finish()?;
    let stored = found(&state, &id, Viewer::Everything).await?;
    let unknown = || {
        Problem::at_parameter(Kind::UnknownFeature, "precinct_id", format!("the scheme has no precinct «{precinct}»"))
    };
    let number: i64 = precinct.parse().map_err(|_| unknown())?;
    if !stored.scheme.about.contains_key(&number) {
        return Err(unknown());
    }
    let rules = in_force(&state).await?;
    let (snapshot, walks) = (state.city.snapshot(), state.walks.clone());
    let summary = SchemeSummary::of(stored.row.clone(), Viewer::Everything)?;
    let made = state.lanes.heavy(move |wanted| -> Result<(SheetAnswer, Option<Vec<u8>>), Problem> {
        let judged = eligibility(&snapshot, &rules.settings, &rules.overrides);
        let by_community: BTreeMap<i64, Eligibility> = judged.into_iter().map(|one| (one.community_id, one)).collect();
        let city = walks.of(&snapshot);
        let of_city = (&*snapshot, &city.walk, &*city.people);
        let sheet = sheet(&stored.scheme, number, of_city, &by_community, &|| wanted.is_wanted())
            .ok_or_else(|| Problem::internal("a sheet was given up that somebody waits for"))?;
        let file = if is_workbook { Some(workbook(&sheet, &summary.name)?) } else { None };
        let rule_set = crate::domain::rule::RULE_SET_VERSION;
        Ok((SheetAnswer { scheme: summary, revision: snapshot.revision, rule_set, sheet }, file))
    });
    let (answer, file) = made.await?;
    let Some(file) = file else { return Ok(Representation::json(JSON, &answer).answer(&wishes)) };
    let name = format!("attachment; filename=\"precinct-{number}.xlsx\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(Format::Xlsx.media_type())),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(Problem::internal)?),
    ];
    Ok((headers, file).into_response())
}

/// The sheet as tables: Chinese headings, because whoever prints it reads Chinese.
fn workbook(sheet: &Sheet, scheme: &str) -> Result<Vec<u8>, Problem> {
    let folder = Folder::within(&std::env::temp_dir()).map_err(Problem::internal)?;
    let path = folder.path().join("sheet.xlsx");
    write_workbook(&path, &tables(sheet, scheme)).map_err(Problem::internal)?;
    std::fs::read(&path).map_err(Problem::internal)
}

fn tables(sheet: &Sheet, scheme: &str) -> Vec<Table> {
    let table = |name: &str, columns: &[&str], rows: Vec<Vec<Cell>>| Table {
        name: name.to_owned(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows,
    };
    let totals = &sheet.totals;
    let count = |n: usize| Cell::Number(n as f64);
    let mut summary: Vec<Vec<Cell>> = vec![
        vec!["划分方案".into(), scheme.into(), Cell::Unknown, Cell::Unknown],
        vec!["片区名称".into(), sheet.about.name.as_str().into(), Cell::Unknown, Cell::Unknown],
        vec!["片区编号".into(), sheet.about.code.clone().into(), Cell::Unknown, Cell::Unknown],
        vec!["责任主体".into(), sheet.about.responsible_body.clone().into(), Cell::Unknown, Cell::Unknown],
        vec!["启动年份".into(), Cell::Unknown, sheet.about.start_year.map(|year| year as f64).into(), Cell::Unknown],
        vec!["片区面积（平方米）".into(), Cell::Unknown, Cell::Number(sheet.area_m2), Cell::Unknown],
        vec!["小区数".into(), Cell::Unknown, count(totals.communities), count(totals.missing)],
    ];
    for (title, sum) in [
        ("户数", totals.households),
        ("楼栋数", totals.buildings),
        ("建筑面积（平方米）", totals.floor_area_m2),
        ("常住人口", totals.residents),
        ("60岁以上人口", totals.elders),
        ("3岁以下人口", totals.small_children),
    ] {
        summary.push(vec![title.into(), Cell::Unknown, Cell::Number(sum.sum), count(sum.unknown)]);
    }
    for (title, n) in [
        ("符合改造范围", sheet.eligibility.pass),
        ("不符合改造范围", sheet.eligibility.fail),
        ("资料不足", sheet.eligibility.unknown),
        ("待复核", sheet.eligibility.needs_review),
    ] {
        summary.push(vec![title.into(), Cell::Unknown, count(n), Cell::Unknown]);
    }
    let verdict = |verdict: Option<Verdict>| match verdict {
        Some(Verdict::Pass) => "符合".into(),
        Some(Verdict::Fail) => "不符合".into(),
        Some(Verdict::NeedsReview) => "待复核".into(),
        Some(Verdict::Unknown) => "资料不足".into(),
        None => Cell::Unknown,
    };
    let yuan = |text: &Option<String>| Cell::from(text.as_ref().and_then(|text| text.parse::<f64>().ok()));
    let members = sheet.members.iter().map(|it| {
        vec![
            Cell::Number(it.community_id as f64),
            it.name.clone().into(),
            it.responsible_body.clone().into(),
            it.built_year.into(),
            it.households.into(),
            it.buildings.into(),
            it.floor_area_m2.into(),
            yuan(&it.estimated_cost),
            verdict(it.eligibility),
        ]
    });
    let title = |rule: &str| crate::domain::rule::find_rule(rule).map_or(rule.to_owned(), |rule| rule.title_zh.clone());
    let gaps = sheet.gaps.iter().map(|gap| {
        vec![
            Cell::Text(title(&gap.rule)),
            gap.community.as_str().into(),
            Cell::Number((gap.households_affected * 10.0).round() / 10.0),
            count(gap.buildings_affected),
            gap.worst_m.into(),
            Cell::Number(gap.reach_m),
        ]
    });
    let works = sheet.utility_works.iter().map(|work| {
        vec![
            Cell::Number(work.utility_work_id as f64),
            work.name.clone().into(),
            work.utility_kind.clone().into(),
            work.operator.clone().into(),
            work.window_start.clone().into(),
            work.window_end.clone().into(),
            yuan(&work.estimated_cost),
        ]
    });
    let source = |source: &str| match source {
        "communities" => "小区改造估算",
        "utility_works" => "管线改造工程估算",
        _ => "补齐设施缺口",
    };
    let costs = sheet.costs.iter().map(|cost| {
        vec![
            source(cost.source).into(),
            cost.operator.clone().into(),
            yuan(&cost.known),
            count(cost.entries),
            count(cost.unknown),
        ]
    });
    vec![
        table("概况", &["项目", "内容", "数值", "未知或缺失数"], summary),
        table(
            "小区",
            &[
                "小区编号",
                "小区名称",
                "责任主体代码",
                "建成年份",
                "户数",
                "楼栋数",
                "建筑面积",
                "投资估算（元）",
                "改造范围判定",
            ],
            members.collect(),
        ),
        table(
            "设施缺口",
            &["设施", "小区", "受影响户数", "受影响楼栋", "最远步行（米）", "标准（米）"],
            gaps.collect(),
        ),
        table(
            "管线工程",
            &["工程编号", "工程名称", "种类", "专业经营单位", "最早开工", "最迟完工", "投资估算（元）"],
            works.collect(),
        ),
        table("投资来源", &["来源", "单位", "已知金额（元）", "项数", "未知项数"], costs.collect()),
    ]
}
