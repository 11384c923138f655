//! The rule set.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::rule::{RULE_SET_VERSION, Rule, Tier, rules, tiers};
use crate::http::links::JSON;
use crate::http::parameters::Parameters;
use crate::http::problem::Problem;
use crate::http::representation::{Representation, Wishes};

#[derive(Serialize, ToSchema)]
pub struct RuleSet {
    rule_set: &'static str,
    tiers: &'static [Tier],
    rules: &'static [Rule],
}

/// The rules of coverage, each with its clause, its source and how well its numbers are known.
#[utoipa::path(get, path = "/api/rules", tag = "analysis", responses((status = 200, description = "The rules", body = RuleSet)))]
pub async fn list_rules(parameters: Parameters, wishes: Wishes) -> Result<Response, Problem> {
    parameters.finish()?;
    let set = RuleSet { rule_set: RULE_SET_VERSION, tiers: tiers(), rules: rules() };
    Ok(Representation::json(JSON, &set).answer(&wishes))
}
