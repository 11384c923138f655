//! The problem from its three tables, and where each part of it stands.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::analysis::siting::{Assignment, Cell, Choice, Demand, Fault, Objective, Place, Problem, Site};
use crate::cli::analyse::table::{Table, refuse};

pub struct Files<'a> {
    pub costs: &'a Path,
    pub demand: &'a Path,
    pub sites: Option<&'a Path>,
}

/// A problem with the lines that its parts were read from.
pub struct Read {
    pub problem: Problem,
    pub lines: Lines,
}

#[derive(Default)]
pub struct Lines {
    demands: (PathBuf, Vec<u64>),
    sites: (PathBuf, Vec<u64>),
    cells: (PathBuf, Vec<u64>),
}

impl Lines {
    /// Faults of the problem as lines of files and options of the command.
    pub fn refuse(&self, faults: &[Fault]) -> anyhow::Result<()> {
        let at = |(path, lines): &(PathBuf, Vec<u64>), n: usize, what: &str| match lines.get(n) {
            Some(line) => format!("{} line {line}", path.display()),
            None => format!("{what} {}", n + 1),
        };
        let of = |fault: &Fault| {
            let place = match fault.place {
                Place::Demand(n) => at(&self.demands, n, "demand"),
                Place::Site(n) => at(&self.sites, n, "site"),
                Place::Cell(n) => at(&self.cells, n, "cost"),
                Place::Limit(n) => format!("limit {}", n + 1),
                Place::Parameter(name) => format!("--{name}"),
            };
            format!("{place}: {}", fault.detail)
        };
        refuse(faults.iter().map(of).collect())
    }
}

/// Reads the tables; the objective and its numbers are set by whoever asks.
pub fn read(files: &Files<'_>, weight: Option<&str>, assignment: Assignment) -> anyhow::Result<Read> {
    let (weight_names, demands, demand_lines) = read_demands(files.demand)?;
    let weight = match weight {
        None => 0,
        Some(name) => match weight_names.iter().position(|other| other == &name.to_lowercase()) {
            Some(weight) => weight,
            None => bail!("--weight: there is no weight «{name}»; there are: {}", weight_names.join(", ")),
        },
    };
    let known = files.sites.map(read_sites).transpose()?;
    let has_sites = known.is_some();
    let (mut sites, mut site_lines) = known.unwrap_or_default();

    let mut table = Table::read(files.costs, &["demand_id", "site_id", "cost"])?;
    let columns = ["demand_id", "site_id", "cost"].map(|name| table.column(name).unwrap_or_default());
    let demand_at: HashMap<String, usize> = demands.iter().enumerate().map(|(n, d)| (d.id.clone(), n)).collect();
    let mut site_at: HashMap<String, usize> = sites.iter().enumerate().map(|(n, s)| (s.id.clone(), n)).collect();
    let mut cells = Vec::with_capacity(table.rows.len());
    let mut cell_lines = Vec::with_capacity(table.rows.len());
    for row in 0..table.rows.len() {
        let line = table.rows[row].line;
        let (demand, site) = (table.text(row, columns[0]), table.text(row, columns[1]));
        let cost = table.number(row, columns[2]);
        let (Some(demand), Some(site), Some(cost)) = (demand, site, cost) else { continue };
        let Some(&demand) = demand_at.get(&demand) else {
            table.fault(line, format!("the demand «{demand}» is not in {}", files.demand.display()));
            continue;
        };
        let site = match site_at.get(&site) {
            Some(&site) => site,
            None if has_sites => {
                table.fault(line, format!("the site «{site}» is not among the sites"));
                continue;
            }
            None => {
                sites.push(Site { id: site.clone(), capacity: None, price: 1.0, choice: Choice::Free });
                site_lines.push(line);
                site_at.insert(site, sites.len() - 1);
                sites.len() - 1
            }
        };
        cells.push(Cell { demand, site, cost });
        cell_lines.push(line);
    }
    table.finish()?;
    let keeps_capacities = sites.iter().any(|site| site.capacity.is_some());
    let problem = Problem {
        weight_names,
        weight,
        demands,
        sites,
        cells,
        objective: Objective::PMedian,
        p: None,
        budget: None,
        radius: None,
        capacities: keeps_capacities.then_some(assignment),
        limits: Vec::new(),
    };
    let lines = Lines {
        demands: (files.demand.to_owned(), demand_lines),
        sites: (files.sites.unwrap_or(files.costs).to_owned(), site_lines),
        cells: (files.costs.to_owned(), cell_lines),
    };
    Ok(Read { problem, lines })
}

fn read_demands(path: &Path) -> anyhow::Result<(Vec<String>, Vec<Demand>, Vec<u64>)> {
    let mut table = Table::read(path, &["demand_id", "weight"])?;
    let id = table.column("demand_id").unwrap_or_default();
    // «weight» first, then the others as they stand.
    let mut columns: Vec<usize> = (0..table.columns().len()).filter(|&column| column != id).collect();
    columns.sort_by_key(|&column| table.columns()[column] != "weight");
    let names = columns.iter().map(|&column| table.columns()[column].clone()).collect();
    let mut demands = Vec::new();
    let mut lines = Vec::new();
    for row in 0..table.rows.len() {
        let id = table.text(row, id);
        let weights: Vec<Option<f64>> = columns.iter().map(|&column| table.number(row, column)).collect();
        if let (Some(id), Some(weights)) = (id, weights.into_iter().collect::<Option<Vec<f64>>>()) {
            demands.push(Demand { id, weights });
            lines.push(table.rows[row].line);
        }
    }
    table.finish()?;
    Ok((names, demands, lines))
}

fn read_sites(path: &Path) -> anyhow::Result<(Vec<Site>, Vec<u64>)> {
    let mut table = Table::read(path, &["site_id"])?;
    let id = table.column("site_id").unwrap_or_default();
    let [capacity, price, fixed] = ["capacity", "cost", "fixed"].map(|name| table.column(name));
    let mut sites = Vec::new();
    let mut lines = Vec::new();
    for row in 0..table.rows.len() {
        let line = table.rows[row].line;
        let id = table.text(row, id);
        let capacity = table.optional_number(row, capacity);
        let price = table.optional_number(row, price);
        let choice = choice(table.optional(row, fixed));
        let choice = match choice {
            Ok(choice) => choice,
            Err(detail) => {
                table.fault(line, detail);
                continue;
            }
        };
        if let Some(id) = id {
            sites.push(Site { id, capacity, price: price.unwrap_or(1.0), choice });
            lines.push(line);
        }
    }
    table.finish()?;
    Ok((sites, lines))
}

fn choice(text: &str) -> Result<Choice, String> {
    Ok(match text.to_lowercase().as_str() {
        "" | "0" | "no" | "false" | "free" => Choice::Free,
        "existing" | "open" => Choice::Existing,
        "1" | "yes" | "true" | "must" => Choice::Must,
        "full" | "must-be-full" => Choice::MustBeFull,
        "-1" | "must-not" | "closed" => Choice::MustNot,
        other => {
            return Err(format!("«fixed» is «{other}»; it is empty, existing, must, full or must-not"));
        }
    })
}
