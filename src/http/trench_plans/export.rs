//! A plan as a file for GIS, CAD and office programs.

use axum::extract::{Path, State};
use axum::response::Response;

use super::export_tables::tables;
use super::found;
use super::history::clashes_now;
use super::section_drawing::drawing;
use crate::analysis::trench::agreement::{KeptTrench, code_of};
use crate::domain::Viewer;
use crate::domain::trench_plan::PlannedTrenchState;
use crate::export::{ExportError, Folder, Format, write_drawing, write_tables};
use crate::geodesy::GaussKruger;
use crate::http::AppState;
use crate::http::export::{Download, Name, refusal, send};
use crate::http::parameters::Parameters;
use crate::http::problem::{Problem, ProblemBody};

/// A plan as a file. GeoPackage: trenches, works, openings and clashes as layers. DXF: trench lines with a layer for
/// each state, and each cross-section in true size beside its trench, in metres of the city's plane; withdrawn
/// trenches are left out. XLSX: the same tables as the GeoPackage, and what each operator saves. Clashes are those of
/// the plan and those that have come about since. A body gets what lies in its area; its XLSX has the figures of the
/// area instead of what each operator saves.
#[utoipa::path(get, path = "/api/trench-plans/{trench_plan_id}/export", tag = "trenches",
    params(("trench_plan_id" = i64, Path, description = "Number of a plan"),
        ("format" = Option<String>, Query, description = "`gpkg` (the default), `dxf` or `xlsx`")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream", body = String),
        (status = 400, description = "A parameter is wrong", body = ProblemBody),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 503, description = "Too many exports at once", body = ProblemBody)))]
pub async fn export_trench_plan(
    State(state): State<AppState>,
    Path(id): Path<String>,
    viewer: Viewer,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let format = match parameters.take("format")?.as_deref() {
        None | Some("gpkg") => Format::GeoPackage,
        Some("dxf") => Format::Dxf,
        Some("xlsx") => Format::Xlsx,
        Some(other) => return Err(Problem::parameter("format", format!("«{other}» is not gpkg, dxf or xlsx"))),
    };
    parameters.finish()?;
    let stored = found(&state, &id, viewer).await?;
    let place = state.exports.place()?;
    let (snapshot, parent) = (state.city.snapshot(), state.export_parent());
    let plane = GaussKruger::of_longitude(state.settings.city.center[0]);
    let revision = snapshot.revision;
    let work = state.lanes.heavy(move |wanted| -> Result<Download, Problem> {
        let is_wanted = || wanted.is_wanted();
        let folder = folder_in(&parent).map_err(refusal)?;
        let file = folder.path().join(format!("trenches.{}", format.name()));
        if format == Format::Dxf {
            let living: Vec<(String, &KeptTrench)> = stored
                .trenches
                .iter()
                .map(|trench| (code_of(stored.row.trench_plan_id, trench.kept.number), &trench.kept))
                .filter(|(_, trench)| trench.state != PlannedTrenchState::Withdrawn)
                .collect();
            write_drawing(&file, &drawing(&living, &plane), &is_wanted).map_err(refusal)?;
        } else {
            let clashes = clashes_now(&snapshot, viewer, plane, &stored, &is_wanted)?;
            let tables = tables(&stored, &snapshot, viewer, &clashes, format);
            write_tables(&file, format, &tables, &is_wanted).map_err(refusal)?;
        }
        Ok(Download { folder, file, datum: None })
    });
    let download = work.await?;
    let name = Name { ascii: "trenches", title: "共沟计划", format };
    send(download, place, name, format.media_type(), revision).await.map_err(Problem::internal)
}

fn folder_in(parent: &std::path::Path) -> Result<Folder, ExportError> {
    std::fs::create_dir_all(parent)?;
    Ok(Folder::within(parent)?)
}
