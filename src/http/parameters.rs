//! The parameters of a query, taken one by one; what is left at the end is refused.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use super::problem::{Fault, Kind, Problem};

/// The query's names and values in their order.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    left: Vec<(String, String)>,
}

impl Parameters {
    pub fn of(parts: &Parts) -> Result<Self, Problem> {
        let Query(left) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| Problem::new(Kind::InvalidParameter, format!("The query cannot be read: {error}.")))?;
        Ok(Self { left })
    }

    /// Names and values that came in another way than in a URL.
    pub fn from_pairs(left: Vec<(String, String)>) -> Self {
        Self { left }
    }

    /// A parameter's value. Given twice it is refused: which one is meant is not for us to guess.
    pub fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(first) = self.left.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let (_, value) = self.left.remove(first);
        if self.left.iter().any(|(given, _)| given == name) {
            return Err(Problem::parameter(name, "given more than once"));
        }
        Ok(Some(value))
    }

    /// A whole number within bounds.
    pub fn take_integer(&mut self, name: &str, min: i64, max: i64) -> Result<Option<i64>, Problem> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        let range = if max == i64::MAX { format!("from {min} on") } else { format!("from {min} to {max}") };
        match text.parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(Some(n)),
            Ok(n) => Err(Problem::parameter(name, format!("{n} is not a number {range}"))),
            Err(_) => Err(Problem::parameter(name, format!("«{text}» is not a whole number {range}"))),
        }
    }

    /// The first of the names that is given and not yet taken, for filters by property.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.left.iter().map(|(name, _)| name.as_str())
    }

    /// `f=json` asks for what is sent anyway. Any other format is refused.
    pub fn take_json_format(&mut self) -> Result<(), Problem> {
        match self.take("f")?.as_deref() {
            None | Some("json" | "geojson") => Ok(()),
            Some(other) => {
                Err(Problem::parameter("f", format!("«{other}» is no format of this address; there is json")))
            }
        }
    }

    /// Refuses whatever was not taken. `viewer` belongs to every address.
    pub fn finish(self) -> Result<(), Problem> {
        let unknown: Vec<String> =
            self.left.into_iter().map(|(name, _)| name).filter(|name| name != "viewer").collect();
        let Some(first) = unknown.first() else { return Ok(()) };
        let fault = |name: &String| Fault {
            pointer: None,
            parameter: Some(name.clone()),
            detail: "there is no such parameter here".to_owned(),
        };
        let errors = unknown.iter().map(fault).collect();
        let detail = format!("There is no parameter «{first}» here.");
        Err(Problem { errors, ..Problem::new(Kind::UnknownParameter, detail) })
    }
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(parts)
    }
}
