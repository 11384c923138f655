//! The pages that the `type` of a problem leads to.

use axum::Json;
use axum::extract::Path;
use serde::Serialize;

use super::problem::{Kind, Problem};

#[derive(Serialize)]
pub struct ProblemPage {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    advice: &'static str,
}

impl ProblemPage {
    fn of(kind: Kind) -> Self {
        Self {
            kind: format!("/problems/{}", kind.name()),
            title: kind.title(),
            status: kind.status().as_u16(),
            advice: kind.advice(),
        }
    }
}

pub async fn list_problems() -> Json<Vec<ProblemPage>> {
    Json(Kind::ALL.into_iter().map(ProblemPage::of).collect())
}

pub async fn find_problem(Path(name): Path<String>) -> Result<Json<ProblemPage>, Problem> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    kind.map(|kind| Json(ProblemPage::of(kind)))
        .ok_or_else(|| Problem::new(Kind::UnknownPage, format!("There is no kind of problem called «{name}».")))
}
