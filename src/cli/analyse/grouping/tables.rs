//! Communities and their neighbours from CSV.

use std::collections::HashMap;
use std::path::Path;

use anyhow::bail;

use crate::analysis::grouping::{Edge, Unit};
use crate::cli::analyse::table::Table;
use crate::http::analysis::grouping_order::GroupingOrder;

pub const ID: [&str; 5] = ["id", "uid", "code", "community_id", "小区编号"];
pub const HOUSEHOLDS: [&str; 4] = ["households", "hh", "户数", "总户数"];
pub const YEAR: [&str; 4] = ["building_year", "built_year", "year", "建成年份"];
const ELIGIBLE: [&str; 2] = ["is_eligible", "eligible"];

/// Which column or property is which, of those that a file has.
pub struct Names {
    pub id: usize,
    pub households: Option<usize>,
    pub year: Option<usize>,
    pub eligible: Option<usize>,
    pub body: Option<usize>,
    pub at: Option<(usize, usize)>,
    pub attributes: Vec<usize>,
}

impl Names {
    pub fn of(path: &Path, columns: &[String], order: &GroupingOrder) -> anyhow::Result<Self> {
        let find = |names: &[&str]| columns.iter().position(|column| names.contains(&column.as_str()));
        let asked = |name: &str, what: &str| -> anyhow::Result<usize> {
            match columns.iter().position(|column| *column == name.to_lowercase()) {
                Some(column) => Ok(column),
                None => bail!("{}: {what} «{name}» is not there; there are: {}", path.display(), columns.join(", ")),
            }
        };
        let Some(id) = find(&ID) else {
            bail!("{}: there is none of {}; there are: {}", path.display(), ID.join(", "), columns.join(", "))
        };
        let households = find(&HOUSEHOLDS);
        let counts = order.min_households.is_some() || order.max_households.is_some();
        if households.is_none() && counts && order.assume_households.is_none() {
            bail!(
                "{}: households are limited, but there is none of {}; with assume_households each counts as so many",
                path.display(),
                HOUSEHOLDS.join(", ")
            );
        }
        let body = match order.same.as_deref() {
            None | Some("none") => None,
            Some(name) => Some(asked(name, "the field of «same»")?),
        };
        let attributes = order.attributes.iter().map(|name| asked(name, "the attribute"));
        Ok(Self {
            id,
            households,
            year: find(&YEAR),
            eligible: find(&ELIGIBLE),
            body,
            at: find(&["x"]).zip(find(&["y"])),
            attributes: attributes.collect::<anyhow::Result<_>>()?,
        })
    }
}

pub fn eligibility(text: &str) -> Result<Option<bool>, String> {
    match text.to_lowercase().as_str() {
        "" | "unknown" | "未知" => Ok(None),
        "1" | "true" | "yes" | "是" => Ok(Some(true)),
        "0" | "false" | "no" | "否" => Ok(Some(false)),
        other => Err(format!("eligible is «{other}»; it is empty, 1, 0, true or false")),
    }
}

pub fn units(path: &Path, order: &GroupingOrder) -> anyhow::Result<Vec<Unit>> {
    let mut table = Table::read(path, &[])?;
    let names = Names::of(path, table.columns(), order)?;
    let mut units = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let line = table.rows[row].line;
        let Some(id) = table.text(row, names.id) else { continue };
        let households = match table.optional_number(row, names.households) {
            Some(number) if number.fract() != 0.0 || number > 1e12 => {
                table.fault(line, format!("{number} is no number of households"));
                continue;
            }
            number => number.map(|number| number as u64),
        };
        let mut number = |column: usize| {
            let text = table.optional(row, Some(column)).to_owned();
            let value = if text.is_empty() { None } else { Some(text.parse::<f64>()) };
            match value.transpose() {
                Ok(value) if value.is_none_or(f64::is_finite) => value,
                _ => {
                    let name = table.columns()[column].clone();
                    table.fault(line, format!("«{name}» is «{text}», which is no number"));
                    None
                }
            }
        };
        let building_year = names.year.and_then(&mut number);
        let at = names.at.and_then(|(x, y)| number(x).zip(number(y)));
        let attributes = names.attributes.iter().map(|&column| number(column)).collect();
        let is_eligible = match eligibility(table.optional(row, names.eligible)) {
            Ok(is_eligible) => is_eligible,
            Err(detail) => {
                table.fault(line, detail);
                continue;
            }
        };
        let body = Some(table.optional(row, names.body).to_owned()).filter(|body| !body.is_empty());
        units.push(Unit { id, households, attributes, building_year, at, body, is_eligible });
    }
    table.finish()?;
    Ok(units)
}

/// Pairs of ids with a walk and what is shared.
pub fn edges(path: &Path, units: &[Unit]) -> anyhow::Result<Vec<Edge>> {
    let mut table = Table::read(path, &[])?;
    let find = |names: &[&str]| table.columns().iter().position(|column| names.contains(&column.as_str()));
    let ends = find(&["i", "a", "from"]).zip(find(&["j", "b", "to"]));
    let (walk, shared) = (find(&["walk_m", "metres"]), find(&["shared", "shared_m"]));
    let Some((a, b)) = ends else { bail!("{}: there are no columns «i» and «j»", path.display()) };
    let at: HashMap<&str, usize> = units.iter().enumerate().map(|(n, unit)| (unit.id.as_str(), n)).collect();
    let mut edges = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let line = table.rows[row].line;
        let (Some(from), Some(to)) = (table.text(row, a), table.text(row, b)) else { continue };
        let (walk_m, shared) = (table.optional_number(row, walk), table.optional_number(row, shared));
        match (at.get(from.as_str()), at.get(to.as_str())) {
            (Some(&a), Some(&b)) => edges.push(Edge { a, b, walk_m, shared: shared.unwrap_or(0.0) }),
            (found, _) => {
                let missing = if found.is_none() { from } else { to };
                table.fault(line, format!("there is no community «{missing}»"));
            }
        }
    }
    table.finish()?;
    Ok(edges)
}
