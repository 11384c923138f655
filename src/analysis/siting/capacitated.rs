//! The four objectives where capacities are kept: one mixed-integer model with a variable for each cell, a good
//! start, and the bound of the problem without capacities beside the solver's own.
//!
//! With single assignment a demand is served whole by one site, with split assignment in parts by several; the
//! two give different answers, so the answer says which.

use highs::Col;

use super::center::distances;
use super::exact::{self, Best, End, Failed};
use super::fill::Filling;
use super::mip::{Ended, Mip};
use super::model::Model;
use super::problem::{Assignment, Choice, Objective};
use super::sum::Sum;
use super::watch::{Stop, Watch};

/// Cells beyond which the solver is not tried.
const MOST_CELLS: usize = 400_000;

/// Who is served by what: demand, site, cost, share.
pub type Flow = Vec<(usize, usize, f64, f64)>;

pub struct Served {
    pub best: Best,
    pub flow: Flow,
    pub is_tie_settled: bool,
}

/// `tie_seconds` is the time for the tie rule once the value is proved.
pub fn solve(
    model: &Model,
    objective: Objective,
    assignment: Assignment,
    seed: u64,
    tie_seconds: f64,
    watch: &Watch<'_>,
) -> Result<Served, Failed> {
    if objective == Objective::PCenter {
        return center(model, assignment, tie_seconds, watch);
    }
    let loose = without_capacities(model, objective, seed, watch)?;
    let start = Filling::of(model, objective, assignment, loose.is_open.as_deref(), seed, watch)?;
    if model.cell_count() > MOST_CELLS {
        return Ok(unproved(start, loose.bound, End::TooLarge));
    }
    let task = Task { model, objective, assignment, radius: f64::INFINITY, held: Vec::new() };
    let mut flows = task.build();
    let first = flows.columns_of_start(&start);
    let solved = flows.mip.clone().minimise(first.as_deref(), watch, "prove")?;
    let (mut best, mut flow) = match &solved.columns {
        Some(columns) => flows.read(&task, columns),
        None => start.map_or((f64::INFINITY, None, Vec::new()), |s| (s.value, Some(s.is_open), s.flow)).into_best(),
    };
    best.bound = loose.bound;
    match solved.ended {
        Ended::Stopped(Stop::Cancelled) => return Err(Failed::Cancelled),
        Ended::GoodEnough | Ended::Stopped(Stop::OutOfTime) => {
            best.ended = End::OutOfTime;
            best.bound = best.bound.max(solved.bound + flows.constant).min(best.value);
            return Ok(Served { best, flow, is_tie_settled: false });
        }
        Ended::Infeasible => {
            best.ended = End::Infeasible;
            best.is_open = None;
            return Ok(Served { best, flow: Vec::new(), is_tie_settled: false });
        }
        Ended::Optimal => prove(&mut best, solved.bound + flows.constant),
    }
    let is_tie_settled = if best.ended == End::Optimal {
        let watch = watch.at_most(tie_seconds);
        settle(task, &mut flows, solved.columns.unwrap_or_default(), &mut best, &mut flow, &watch)?
    } else {
        false
    };
    Ok(Served { best, flow, is_tie_settled })
}

/// The solver says optimal with this bound; ours is the value of the rounded solution.
fn prove(best: &mut Best, bound: f64) {
    let is_same = best.value - bound <= 1e-6 * best.value.abs().max(1.0);
    best.ended = if is_same { End::Optimal } else { End::TooLarge };
    best.bound = if is_same { best.value } else { bound.min(best.value) };
}

fn unproved(start: Option<Filling>, bound: f64, ended: End) -> Served {
    match start {
        Some(start) => Served {
            best: Best { is_open: Some(start.is_open), value: start.value, bound: bound.min(start.value), ended },
            flow: start.flow,
            is_tie_settled: false,
        },
        None => Served {
            best: Best { is_open: None, value: f64::INFINITY, bound, ended },
            flow: Vec::new(),
            is_tie_settled: false,
        },
    }
}

trait IntoBest {
    fn into_best(self) -> (Best, Flow);
}

impl IntoBest for (f64, Option<Vec<bool>>, Flow) {
    fn into_best(self) -> (Best, Flow) {
        let best = Best { is_open: self.1, value: self.0, bound: f64::NEG_INFINITY, ended: End::TooLarge };
        (best, self.2)
    }
}

/// Whatever capacities allow, no answer is better than without them.
fn without_capacities(model: &Model, objective: Objective, seed: u64, watch: &Watch<'_>) -> Result<Best, Failed> {
    // A bound and a start are all that is wanted of it.
    let watch = &watch.at_most((watch.seconds_left() / 4.0).min(10.0));
    Ok(match objective {
        Objective::PMedian => exact::solve(&Sum::median(model), &[], seed, watch)?.best,
        Objective::Mclp => exact::solve(&Sum::covering(model), &[], seed, watch)?.best,
        Objective::Lscp | Objective::PCenter => {
            let cover = super::cover::fewest(model, f64::INFINITY, None, watch)?;
            Best { is_open: cover.is_open, value: cover.count as f64, bound: cover.bound as f64, ended: cover.ended }
        }
    })
}

struct Task<'a> {
    model: &'a Model,
    objective: Objective,
    assignment: Assignment,
    radius: f64,
    /// Sums that are held at most where they are.
    held: Vec<(Rule, f64)>,
}

/// Something linear that is made as small as can be.
#[derive(Clone)]
enum Rule {
    LeftOut,
    Count,
    Distance,
    Price,
    /// Sites with a rank, as powers of two.
    Ids(Vec<(usize, f64)>),
}

struct Flows {
    mip: Mip,
    site: Vec<Option<Col>>,
    /// Demand, site, cost and column of each cell.
    cells: Vec<(usize, usize, f64, Col)>,
    /// What the value is more than the model's.
    constant: f64,
}

impl Task<'_> {
    fn rule(&self) -> Rule {
        match self.objective {
            Objective::Mclp => Rule::LeftOut,
            Objective::Lscp => Rule::Count,
            Objective::PMedian | Objective::PCenter => Rule::Distance,
        }
    }

    fn build(&self) -> Flows {
        let model = self.model;
        let mut mip = Mip::default();
        let site: Vec<Option<Col>> = model
            .choice
            .iter()
            .map(|&choice| match choice {
                Choice::MustNot => None,
                _ => Some(mip.binary(0.0)),
            })
            .collect();
        let mut cells = Vec::new();
        let mut of_site: Vec<Vec<(Col, f64)>> = vec![Vec::new(); model.site_count()];
        for i in 0..model.demand_count() {
            let mut row = Vec::new();
            for (j, cost) in model.reach(i).take_while(|&(_, cost)| cost <= self.radius) {
                let column = if self.assignment == Assignment::Single { mip.binary(0.0) } else { mip.part(0.0) };
                row.push((column, 1.0));
                of_site[j].push((column, model.weight[i]));
                if let Some(open) = site[j] {
                    mip.row(..=0.0, [(column, 1.0), (open, -1.0)]);
                }
                cells.push((i, j, cost, column));
            }
            if model.is_reachable(i) {
                match self.objective {
                    Objective::Mclp => mip.row(..=1.0, row),
                    _ => mip.row(1.0..=1.0, row),
                }
            }
        }
        for (j, served) in of_site.into_iter().enumerate() {
            let (Some(open), capacity) = (site[j], model.capacity[j]) else { continue };
            if capacity.is_finite() {
                let mut row = served;
                row.push((open, -capacity));
                match model.choice[j] {
                    Choice::MustBeFull => mip.row(0.0..=0.0, row),
                    _ => mip.row(..=0.0, row),
                }
            }
            if model.choice[j].is_open() {
                mip.row(1.0..=1.0, [(open, 1.0)]);
            }
        }
        for limit in &model.limits {
            let terms = limit.terms.iter().filter_map(|&(j, amount)| Some((site[j]?, amount)));
            match model.exactly {
                Some(count) => mip.row(count as f64..=count as f64, terms),
                None => mip.row(..=limit.at_most * (1.0 + 1e-12), terms),
            }
        }
        let mut flows = Flows { mip, site, cells, constant: 0.0 };
        for (rule, most) in &self.held {
            let (terms, constant) = flows.terms(self.model, rule);
            // Numbers of sites are whole; the others are as good as the solver's tolerances.
            let slack = if matches!(rule, Rule::Ids(_) | Rule::Count) { 0.5 } else { 1e-7 * most.abs().max(1.0) };
            let scale = if most.abs() > 1e3 { 1e3 / most.abs() } else { 1.0 };
            let at_most = (most - constant + slack) * scale;
            flows.mip.row(..=at_most, terms.into_iter().map(|(column, factor)| (column, factor * scale)));
        }
        flows.aim(self.model, &self.rule());
        flows
    }
}

impl Flows {
    fn terms(&self, model: &Model, rule: &Rule) -> (Vec<(Col, f64)>, f64) {
        let sites = |amount: &dyn Fn(usize) -> f64| {
            let of = |(j, column): (usize, &Option<Col>)| Some(((*column)?, amount(j))).filter(|term| term.1 != 0.0);
            self.site.iter().enumerate().filter_map(of).collect::<Vec<_>>()
        };
        match rule {
            Rule::LeftOut => {
                let terms = self.cells.iter().map(|&(i, _, _, column)| (column, -model.weight[i])).collect();
                (terms, asked_weight(model))
            }
            Rule::Distance => {
                let terms = self.cells.iter().map(|&(i, _, cost, column)| (column, model.weight[i] * cost)).collect();
                (terms, 0.0)
            }
            Rule::Count => (sites(&|j| f64::from(u8::from(model.choice[j].is_counted()))), 0.0),
            Rule::Price => (sites(&|j| if model.choice[j].is_counted() { model.price[j] } else { 0.0 }), 0.0),
            Rule::Ids(ranks) => (ranks.iter().filter_map(|&(j, rank)| Some((self.site[j]?, rank))).collect(), 0.0),
        }
    }

    /// Minimises this rule and nothing else.
    fn aim(&mut self, model: &Model, rule: &Rule) {
        for column in self.cells.iter().map(|cell| cell.3).chain(self.site.iter().copied().flatten()) {
            self.mip.set_cost(column, 0.0);
        }
        let (terms, constant) = self.terms(model, rule);
        self.constant = constant;
        terms.into_iter().for_each(|(column, factor)| self.mip.set_cost(column, factor));
    }

    fn columns_of_start(&self, start: &Option<Filling>) -> Option<Vec<f64>> {
        let start = start.as_ref()?;
        let mut values = vec![0.0; self.mip.column_count()];
        for (j, column) in self.site.iter().enumerate() {
            if let Some(column) = column {
                values[column.index()] = f64::from(u8::from(start.is_open[j]));
            }
        }
        let mut share = std::collections::HashMap::new();
        start.flow.iter().for_each(|&(i, j, _, part)| *share.entry((i, j)).or_insert(0.0) += part);
        for &(i, j, _, column) in &self.cells {
            values[column.index()] = share.get(&(i, j)).copied().unwrap_or(0.0);
        }
        Some(values)
    }

    fn read(&self, task: &Task<'_>, columns: &[f64]) -> (Best, Flow) {
        let on = |column: &Option<Col>| column.is_some_and(|column| columns[column.index()] > 0.5);
        let is_open: Vec<bool> = self.site.iter().map(on).collect();
        let mut flow: Flow = Vec::new();
        for &(i, j, cost, column) in &self.cells {
            let share = columns[column.index()];
            match task.assignment {
                Assignment::Single if share > 0.5 => flow.push((i, j, cost, 1.0)),
                // The solver's tolerance is 1e-6, also for what a closed site may serve.
                Assignment::Split if share > 2e-6 && is_open[j] => flow.push((i, j, cost, share.min(1.0))),
                _ => {}
            }
        }
        tidy(task.model, &is_open, &mut flow);
        let value = value_of(task.model, task.objective, &is_open, &flow);
        (Best { is_open: Some(is_open), value, bound: f64::NEG_INFINITY, ended: End::TooLarge }, flow)
    }
}

/// Weight of those who can be served at all.
pub fn asked_weight(model: &Model) -> f64 {
    (0..model.demand_count()).filter(|&i| model.is_reachable(i)).map(|i| model.weight[i]).sum()
}

/// The value of a solution, as something to minimise.
pub fn value_of(model: &Model, objective: Objective, is_open: &[bool], flow: &Flow) -> f64 {
    match objective {
        Objective::Mclp => {
            asked_weight(model) - flow.iter().map(|&(i, _, _, share)| share * model.weight[i]).sum::<f64>()
        }
        Objective::Lscp => (0..is_open.len()).filter(|&j| is_open[j] && model.choice[j].is_counted()).count() as f64,
        Objective::PMedian => flow.iter().map(|&(i, _, cost, share)| share * cost * model.weight[i]).sum(),
        Objective::PCenter => flow.iter().map(|&(_, _, cost, _)| cost).fold(0.0, f64::max),
    }
}

/// Demands without weight take no room: they go to the nearest open site. Shares that are whole but for
/// rounding become whole.
fn tidy(model: &Model, is_open: &[bool], flow: &mut Flow) {
    let mut total = vec![0.0; model.demand_count()];
    flow.iter().for_each(|&(i, _, _, share)| total[i] += share);
    for (i, _, _, share) in flow.iter_mut() {
        if (total[*i] - 1.0).abs() < 2e-5 {
            *share /= total[*i];
        }
    }
    let is_full = |i: usize| model.weight[i] == 0.0;
    flow.retain(|&(i, ..)| !is_full(i));
    for i in (0..model.demand_count()).filter(|&i| is_full(i)) {
        if let Some((j, cost)) = model.nearest(i, is_open) {
            flow.push((i, j, cost, 1.0));
        }
    }
    flow.sort_by(|a, b| a.0.cmp(&b.0).then(a.2.total_cmp(&b.2)).then(a.1.cmp(&b.1)));
}

/// The tie rule, one step after the other; false when time ended first.
fn settle(
    mut task: Task<'_>,
    flows: &mut Flows,
    mut columns: Vec<f64>,
    best: &mut Best,
    flow: &mut Flow,
    watch: &Watch<'_>,
) -> Result<bool, Failed> {
    let model = task.model;
    let mut rules = Vec::new();
    if task.objective != Objective::PMedian {
        rules.push(Rule::Distance);
    }
    if model.has_budget {
        rules.push(Rule::Price);
    }
    if model.exactly.is_none() && task.objective != Objective::Lscp {
        rules.push(Rule::Count);
    }
    let free: Vec<usize> = (0..model.site_count()).filter(|&j| model.choice[j] == Choice::Free).collect();
    const BITS: usize = 16;
    for few in free.chunks(BITS) {
        let bit = |rank: usize| -f64::from(1_u32 << (BITS - 1 - rank));
        rules.push(Rule::Ids(few.iter().enumerate().map(|(rank, &j)| (j, bit(rank))).collect()));
    }
    task.held.push((task.rule(), held_value(flows, model, &task.rule(), &columns)));
    for rule in rules {
        *flows = task.build();
        flows.aim(model, &rule);
        let solved = flows.mip.clone().minimise(Some(&columns), watch, "ties")?;
        match (solved.ended, solved.columns) {
            (Ended::Stopped(Stop::Cancelled), _) => return Err(Failed::Cancelled),
            (Ended::Optimal, Some(found)) => columns = found,
            _ => return Ok(false),
        }
        let (found, found_flow) = flows.read(&task, &columns);
        // What rounding has made worse is not taken.
        if found.value > best.value + 1e-6 * best.value.abs().max(1.0) {
            return Ok(false);
        }
        (best.is_open, *flow) = (found.is_open, found_flow);
        let value = held_value(flows, model, &rule, &columns);
        task.held.push((rule, value));
    }
    Ok(true)
}

fn held_value(flows: &Flows, model: &Model, rule: &Rule, columns: &[f64]) -> f64 {
    let (terms, constant) = flows.terms(model, rule);
    let is_whole = matches!(rule, Rule::Count | Rule::Price | Rule::Ids(_));
    let at = |column: &Col| if is_whole { columns[column.index()].round() } else { columns[column.index()] };
    constant + terms.iter().map(|(column, factor)| factor * at(column)).sum::<f64>()
}

/// The least distance within which capacities can be kept, by a search over the distances that occur.
fn center(model: &Model, assignment: Assignment, tie_seconds: f64, watch: &Watch<'_>) -> Result<Served, Failed> {
    let loose = super::center::solve(model, &watch.at_most((watch.seconds_left() / 4.0).min(10.0)))?;
    let radii = distances(model, loose.bound.max(0.0), f64::INFINITY);
    let task = |radius: f64| Task { model, objective: Objective::PCenter, assignment, radius, held: Vec::new() };
    if radii.is_empty() || model.cell_count() > MOST_CELLS {
        let ended = if radii.is_empty() { End::Infeasible } else { End::TooLarge };
        return Ok(unproved(None, loose.bound, ended));
    }
    let (mut low, mut high) = (0, radii.len());
    let mut best: Option<(Best, Flow, Vec<f64>)> = None;
    let mut is_cut = false;
    while low < high {
        let middle = low + (high - low) / 2;
        let task = task(radii[middle]);
        let mut flows = task.build();
        // Any solution does.
        flows.aim(model, &Rule::Ids(Vec::new()));
        watch.tell("search distances", best.as_ref().map(|best| best.0.value), Some(radii[low]));
        let solved = flows.mip.clone().minimise(None, watch, "search distances")?;
        match (solved.ended, solved.columns) {
            (Ended::Stopped(Stop::Cancelled), _) => return Err(Failed::Cancelled),
            (Ended::Infeasible, _) => low = middle + 1,
            (_, Some(columns)) => {
                let (found, flow) = flows.read(&task, &columns);
                best = Some((found, flow, columns));
                high = middle;
            }
            _ => {
                is_cut = true;
                break;
            }
        }
    }
    let Some((mut best, mut flow, _)) = best else {
        let bound = radii.get(low).copied().unwrap_or(f64::INFINITY);
        return Ok(unproved(None, bound, if is_cut { End::OutOfTime } else { End::Infeasible }));
    };
    if is_cut {
        (best.bound, best.ended) = (radii[low].min(best.value), End::OutOfTime);
        return Ok(Served { best, flow, is_tie_settled: false });
    }
    (best.bound, best.ended) = (best.value, End::Optimal);
    // Among all within that distance the least sum of weight × distance, then by ids.
    let watch = watch.at_most(tie_seconds);
    let task = task(best.value);
    let mut flows = task.build();
    let solved = flows.mip.clone().minimise(None, &watch, "ties")?;
    let is_tie_settled = match (solved.ended, solved.columns) {
        (Ended::Stopped(Stop::Cancelled), _) => return Err(Failed::Cancelled),
        (Ended::Optimal, Some(columns)) => {
            let (found, found_flow) = flows.read(&task, &columns);
            (best.is_open, flow) = (found.is_open, found_flow);
            settle(task, &mut flows, columns, &mut best, &mut flow, &watch)?
        }
        _ => false,
    };
    Ok(Served { best, flow, is_tie_settled })
}
