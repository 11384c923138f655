//! What is asked: who needs a site, where one could be, how far it is, and what is allowed.

/// A place with people who need a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    pub id: String,
    /// As many as [`Problem::weight_names`], in that order.
    pub weights: Vec<f64>,
}

/// A place where something stands or could stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    pub id: String,
    /// How much of the weight that counts it can serve; `None` has no limit.
    pub capacity: Option<f64>,
    /// What choosing it takes from the budget.
    pub price: f64,
    pub choice: Choice,
}

/// What was decided about a site beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    #[default]
    Free,
    /// Stands already: open, counts neither in p nor in the budget.
    Existing,
    /// Is chosen whatever comes; counts in p and in the budget.
    Must,
    /// Is chosen and used to the last of its capacity; counts in p and in the budget.
    MustBeFull,
    /// Is not chosen.
    MustNot,
}

impl Choice {
    pub fn is_open(self) -> bool {
        matches!(self, Self::Existing | Self::Must | Self::MustBeFull)
    }

    pub fn is_counted(self) -> bool {
        self != Self::Existing
    }
}

/// A demand reaches a site. A pair without a cell has no way between them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    pub demand: usize,
    pub site: usize,
    /// Metres, minutes or whatever else; never negative.
    pub cost: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Most weight within the radius (maximal covering; Church and ReVelle 1974).
    Mclp,
    /// Fewest sites with everybody within the radius who can be (set covering; Toregas et al. 1971).
    Lscp,
    /// Least sum of weight × cost, everybody served who can be (Hakimi 1964).
    PMedian,
    /// Least cost of the one who is worst off, whatever the weights (Hakimi 1964).
    PCenter,
}

impl Objective {
    pub fn name(self) -> &'static str {
        match self {
            Self::Mclp => "mclp",
            Self::Lscp => "lscp",
            Self::PMedian => "p-median",
            Self::PCenter => "p-center",
        }
    }

    pub fn has_radius(self) -> bool {
        matches!(self, Self::Mclp | Self::Lscp)
    }
}

/// How a demand is served where capacities are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assignment {
    /// Whole, by one site.
    #[default]
    Single,
    /// In parts, by several.
    Split,
}

impl Assignment {
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Split => "split",
        }
    }
}

/// A sum over sites that may not be exceeded: how many of a kind, how much room one lot has.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub name: String,
    /// Each site at most once, with what choosing it takes; never negative.
    pub terms: Vec<(usize, f64)>,
    pub at_most: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What the weights of a demand count, e.g. people, households.
    pub weight_names: Vec<String>,
    /// The weight that the objective, the capacities and the tie rule count.
    pub weight: usize,
    pub demands: Vec<Demand>,
    pub sites: Vec<Site>,
    pub cells: Vec<Cell>,
    pub objective: Objective,
    /// Sites to choose, those that must be chosen included and those that exist not. Exactly as many
    /// where nothing else limits them, otherwise at most.
    pub p: Option<usize>,
    pub budget: Option<f64>,
    /// A demand is covered when its cost is at most this.
    pub radius: Option<f64>,
    /// `None`: capacities are not kept.
    pub capacities: Option<Assignment>,
    pub limits: Vec<Limit>,
}
