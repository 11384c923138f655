//! Coverage as a file for office and GIS programs.

use std::path::Path;

use axum::extract::State;
use axum::response::Response;

use super::Progress;
use super::coverage::{CoverageOrder, found_in};
use super::coverage_tables::{Circumstances, tables};
use super::coverage_words::Language;
use super::what_if::walks_of;
use crate::domain::Viewer;
use crate::export::{ExportError, Folder, Format, Table, write_tables};
use crate::http::AppState;
use crate::http::body::{JsonBody, parse};
use crate::http::export::{Download, Name, refusal, send};
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::scenarios::modifications_of;

/// The answer to the question of `/api/analysis/coverage` as a workbook or a GeoPackage: rules, communities × rules (shares,
/// and states in words), gaps, and with `with_buildings` buildings. What is not known is an empty cell.
#[utoipa::path(post, path = "/api/analysis/coverage/export", tag = "analysis", request_body = CoverageOrder,
    params(
        ("format" = Option<String>, Query, description = "`xlsx` (the default) or `gpkg`"),
        ("language" = Option<String>, Query, description = "Of headings and words: `zh` (the default) or `en`"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = crate::http::problem::ProblemBody),
        (status = 422, description = "A scenario that cannot be applied, or too much for the format", body = crate::http::problem::ProblemBody),
        (status = 503, description = "Too many exports at once", body = crate::http::problem::ProblemBody),
    ))]
pub async fn export_coverage(
    State(state): State<AppState>,
    viewer: Viewer,
    mut parameters: Parameters,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let format = match parameters.take("format")?.as_deref() {
        None | Some("xlsx") => Format::Xlsx,
        Some("gpkg") => Format::GeoPackage,
        Some(other) => return Err(Problem::parameter("format", format!("«{other}» is neither xlsx nor gpkg"))),
    };
    let language = match parameters.take("language")?.as_deref() {
        None | Some("zh") => Language::Zh,
        Some("en") => Language::En,
        Some(other) => return Err(Problem::parameter("language", format!("«{other}» is neither zh nor en"))),
    };
    parameters.finish()?;
    let mut order: CoverageOrder = parse(body)?;
    let question = order.question()?;
    let place = state.exports.place()?;
    let mut modifications = modifications_of(&state, viewer, order.scenario_id).await?;
    modifications.append(&mut order.modifications);
    let (snapshot, walks, parent) = (state.city.snapshot(), state.walks.clone(), state.export_parent());
    let revision = snapshot.revision;
    let made_at = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let work = state.lanes.heavy(move |wanted| {
        let is_wanted = || wanted.is_wanted();
        let city = walks_of(&walks, &snapshot, &modifications)?;
        let unwanted = || refusal(ExportError::Unwanted);
        let answer =
            found_in(&city, &question, &order, viewer, &is_wanted, &Progress::default())?.ok_or_else(unwanted)?;
        let of =
            Circumstances { snapshot: &city.snapshot, viewer, language, modifications: modifications.len(), made_at };
        let tables = tables(&answer, &of);
        write(&parent, format, &tables, &is_wanted).map_err(refusal)
    });
    let title = match language {
        Language::Zh => "设施覆盖",
        Language::En => "coverage",
    };
    let name = Name { ascii: "coverage", title, format };
    send(work.await?, place, name, format.media_type(), revision).await.map_err(Problem::internal)
}

fn write(
    parent: &Path,
    format: Format,
    tables: &[Table],
    is_wanted: &dyn Fn() -> bool,
) -> Result<Download, ExportError> {
    std::fs::create_dir_all(parent)?;
    let folder = Folder::within(parent)?;
    let file = folder.path().join(format!("coverage.{}", format.name()));
    write_tables(&file, format, tables, is_wanted)?;
    Ok(Download { folder, file, datum: None })
}
