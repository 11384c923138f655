//! The calendar of streets: the public figure for 最多改一次, with what the city knows beside it.

use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::AppState;
use super::export::{Download, Name, refusal, send};
use super::imports::database_away;
use super::links::JSON;
use super::parameters::Parameters;
use super::problem::{Problem, ProblemBody};
use super::representation::{Representation, Wishes};
use super::trench_plans::plans_of;
use crate::analysis::siting::Watch;
use crate::analysis::trench::calendar::{OpeningState, StreetCalendar, calendar};
use crate::analysis::trench::outside_plans::{OutsideWork, WhyOutside, outside_plans};
use crate::analysis::trench::{City, Settings};
use crate::app::trench_plans::PlanError;
use crate::domain::Viewer;
use crate::domain::moratorium::ProtectionYears;
use crate::export::{ExportError, Folder, Format, Holds, Table, TableCell, TableColumn, TableRow, write_tables};
use crate::geodesy::GaussKruger;

#[derive(Debug, Serialize, ToSchema)]
pub struct StreetCalendarAnswer {
    revision: u64,
    #[serde(flatten)]
    #[schema(inline)]
    calendar: StreetCalendar,
}

/// Streets with what happens to them in a year: surfacing, protection, openings agreed and planned, works on
/// communities; and how many streets are opened once and more than once within the years of their protection. The
/// public sees streets, years and counts, and no day, pipe or operator; a body the days of streets with some part in
/// its area. Works outside of every plan are in no figure but two: how many streets they may open in the year, and how
/// many of those opened once. Planners are told which works these are, a body those that it sees.
#[utoipa::path(get, path = "/api/street-calendar", tag = "trenches",
    params(("year" = i32, Query, description = "The year"),
        ("street" = Option<i64>, Query, description = "Only this street, whatever happens in it; totals stay the city's"),
        ("f" = Option<String>, Query, description = "json (by default), csv or xlsx")),
    responses((status = 200, description = "The calendar", content((StreetCalendarAnswer = "application/json"),
            (String = "text/csv"), (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 400, description = "A parameter is wrong", body = ProblemBody)))]
pub async fn show_street_calendar(
    State(state): State<AppState>,
    viewer: Viewer,
    mut parameters: Parameters,
    wishes: Wishes,
) -> Result<Response, Problem> {
    let format = match parameters.take("f")?.as_deref() {
        None | Some("json") => None,
        Some("csv") => Some(Format::Csv),
        Some("xlsx") => Some(Format::Xlsx),
        Some(other) => return Err(Problem::parameter("f", format!("«{other}» is not json, csv or xlsx"))),
    };
    let year = parameters.take_integer("year", 1900, 2200)?.ok_or_else(|| Problem::parameter("year", "is missing"))?;
    let street = parameters.take_integer("street", 1, i64::MAX)?;
    parameters.finish()?;
    let (openings, decided) = plans_of(&state)?.openings().await.map_err(|error| match error {
        PlanError::Store(error) => database_away(error),
        other => Problem::internal(other),
    })?;
    let (snapshot, protection) = (state.city.snapshot(), ProtectionYears::default());
    let revision = snapshot.revision;
    let (plane, year) = (GaussKruger::of_longitude(state.settings.city.center[0]), year as i32);
    let found = state.lanes.heavy(move |wanted| {
        let start = Instant::now();
        let watch = Watch {
            is_wanted: &|| wanted.is_wanted(),
            seconds: &|| start.elapsed().as_secs_f64(),
            limit: f64::INFINITY,
            tell: &|_| {},
        };
        // How many there are is for everybody, so it is counted over all works; who is told which is the calendar's.
        let city = City::without_lines(&snapshot, Viewer::Everything, plane);
        let city = city.ok_or_else(|| Problem::internal("the layers of works and streets are not there"))?;
        let outside = outside_plans(&city, &decided, year, &Settings::default(), &watch)
            .map_err(|_| Problem::internal("a calendar was given up that somebody waits for"))?;
        Ok::<_, Problem>(calendar(&snapshot, viewer, &openings, &outside, protection, year, street))
    });
    let found = found.await?;
    let Some(format) = format else {
        return Ok(Representation::json(JSON, &StreetCalendarAnswer { revision, calendar: found }).answer(&wishes));
    };
    let place = state.exports.place()?;
    let parent = state.export_parent();
    let work = state.lanes.heavy(move |wanted| -> Result<Download, ExportError> {
        std::fs::create_dir_all(&parent)?;
        let folder = Folder::within(&parent)?;
        let file = folder.path().join(format!("street-calendar.{}", format.name()));
        let mut tables = vec![streets(&found)];
        if format == Format::Xlsx {
            tables.push(totals(&found));
        }
        write_tables(&file, format, &tables, &|| wanted.is_wanted())?;
        Ok(Download { folder, file, datum: None })
    });
    let download = work.await.map_err(refusal)?;
    let media_type = if format == Format::Csv { "text/csv; charset=utf-8" } else { format.media_type() };
    let name = Name { ascii: "street-calendar", title: "道路开挖日历", format };
    send(download, place, name, media_type, revision).await.map_err(Problem::internal)
}

fn column(name: &str, title: &str, holds: Holds) -> TableColumn {
    TableColumn { name: name.to_owned(), title: title.to_owned(), holds }
}

fn streets(calendar: &StreetCalendar) -> Table {
    // Whoever is not told of works has no column that could be empty for that reason.
    let tells_works = calendar.works_without_window.is_some();
    let mut columns = vec![
        column("street_id", "道路编号", Holds::Integer),
        column("name", "道路", Holds::Text),
        column("surfaced_on", "最近铺装日期", Holds::Text),
        column("surfacing", "最近铺装性质", Holds::Text),
        column("protected_until", "保护期至", Holds::Text),
        column("is_protection_unknown", "保护期不明", Holds::Integer),
        column("resurfacing_on", "计划铺装日期", Holds::Text),
        column("openings", "开挖（年份、状态）", Holds::Text),
        column("openings_in_year", "当年开挖次数", Holds::Integer),
        column("is_opened_more_than_once", "保护期内多次开挖", Holds::Integer),
        column("is_opened_while_protected", "铺装保护期内开挖", Holds::Integer),
        column("community_works", "小区改造（片区、启动年份）", Holds::Text),
    ];
    if tells_works {
        columns.push(column("outside_plans", "计划外工程（单位、时段、原因）", Holds::Text));
    }
    let text = |text: Option<String>| text.map_or(TableCell::Empty, TableCell::Text);
    let yes = |is: bool| TableCell::Integer(i64::from(is));
    let rows = calendar.streets.iter().map(|street| {
        let opening = |one: &crate::analysis::trench::calendar::OpeningEntry| {
            let state = if one.state == OpeningState::Agreed { "已同意" } else { "计划" };
            let days = one.starts_on.zip(one.ends_on).map(|(from, to)| format!(" {from}~{to}")).unwrap_or_default();
            format!("{} {state}{days}", one.year)
        };
        let works =
            street.community_works.iter().map(|it| format!("{} {}", it.name.as_deref().unwrap_or("?"), it.start_year));
        let mut row = TableRow {
            cells: vec![
                TableCell::Integer(street.street_id),
                text(street.name.clone()),
                text(street.surfaced_on.map(|day| day.to_string())),
                text(street.surfacing.clone()),
                text(street.protected_until.map(|day| day.to_string())),
                yes(street.is_protection_unknown),
                text(street.resurfacing_on.map(|day| day.to_string())),
                TableCell::Text(street.openings.iter().map(opening).collect::<Vec<_>>().join("；")),
                TableCell::Integer(street.openings_in_year as i64),
                yes(street.is_opened_more_than_once),
                yes(street.is_opened_while_protected),
                TableCell::Text(works.collect::<Vec<_>>().join("；")),
            ],
            shape: None,
        };
        let outside = street.outside_plans.iter().flatten().map(outside_text).collect::<Vec<_>>();
        row.cells.extend(tells_works.then(|| TableCell::Text(outside.join("；"))));
        row
    });
    Table { name: "streets", title: "道路", columns, rows: rows.collect(), has_shapes: false }
}

/// A work outside of every plan in words.
fn outside_text(work: &OutsideWork) -> String {
    let why = match work.why {
        WhyOutside::InNoPlan => "未列入计划",
        WhyOutside::NotAgreed => "所列计划已办结或被取代，未达成一致",
    };
    let code = work.code.clone().unwrap_or_else(|| format!("#{}", work.work_id));
    let operator = work.operator.as_deref().unwrap_or("未登记单位");
    format!("{code} {operator} {}~{} {why}", work.window_start, work.window_end)
}

fn totals(calendar: &StreetCalendar) -> Table {
    let columns = vec![column("figure", "指标", Holds::Text), column("count", "数量", Holds::Integer)];
    let of = &calendar.totals;
    let row = |(title, n): (&str, usize)| TableRow {
        cells: vec![TableCell::Text(title.to_owned()), TableCell::Integer(n as i64)],
        shape: None,
    };
    let rows = [
        ("年份", calendar.year as usize),
        ("道路总数", of.streets),
        ("开挖道路", of.streets_opened),
        ("仅开挖一次", of.streets_opened_once),
        ("保护期内多次开挖", of.streets_opened_more_than_once),
        ("铺装保护期内开挖", of.streets_opened_while_protected),
        ("保护期不明而开挖", of.streets_opened_with_unknown_protection),
        ("开挖次数", of.openings),
        ("其中已同意", of.openings_agreed),
        ("计划铺装道路", of.streets_resurfaced),
        ("计划外工程可能开挖的道路", of.streets_perhaps_opened),
        ("仅开挖一次中计划外工程可能再开挖的", of.streets_once_in_doubt),
    ];
    let rows = rows.into_iter().chain(calendar.works_without_window.map(|n| ("计划外且无时段的工程", n)));
    Table { name: "totals", title: "合计", columns, rows: rows.map(row).collect(), has_shapes: false }
}
