//! What is asked: the communities, who is next to whom, what must hold, and what is better.

/// A community.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unit {
    pub id: String,
    /// `None` is not known, which is not zero; see [`UnknownHouseholds`].
    pub households: Option<u64>,
    /// As many as [`Problem::attribute_names`], in that order. A value that is not known counts nowhere.
    pub attributes: Vec<Option<f64>>,
    pub building_year: Option<f64>,
    /// Metres on a plane.
    pub at: Option<(f64, f64)>,
    /// Who is responsible: the code of a body or of a subdistrict. Groups never mix two.
    pub body: Option<String>,
    /// `None` is not known.
    pub is_eligible: Option<bool>,
}

/// Two communities that one can walk between without passing a third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    pub a: usize,
    pub b: usize,
    /// The walk in metres; `None` where nothing is known but that they are next to each other.
    pub walk_m: Option<f64>,
    /// What both have a share in: metres of streets, planned works. Kept together, it is dug up once.
    pub shared: f64,
}

/// A service that is missed, and the sites from which one new facility would serve some of those who miss it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    pub name: String,
    /// Communities that miss it, with the households that do.
    pub missing: Vec<(usize, f64)>,
    /// By site, the communities that it would serve.
    pub sites: Vec<Vec<usize>>,
}

/// What is done with communities whose households nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownHouseholds {
    /// They may join, but count nothing towards the minimum; under a maximum they are left out, because no sum
    /// with them is known to keep it.
    #[default]
    Careful,
    /// Each counts as so many.
    Assume(u64),
}

/// How unlike the members of a group are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unlikeness {
    /// Sum over all pairs of a group of the city-block distance over the z-scored attributes, as max-p has it
    /// (Duque, Anselin and Rey 2012).
    #[default]
    CityBlock,
    /// Sum of squared distances to the mean of the group over the z-scored attributes, as SKATER has it.
    Squares,
}

/// What is wanted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Goal {
    /// The least weighted sum of the parts of [`Weights`].
    #[default]
    Planner,
    /// The most groups; of those with as many, the one with the least weighted sum (max-p).
    MostGroups,
}

/// What a planner weighs. Each part is a share from 0, the best, to about 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Squared distances to the middle of the precinct, of those to the middle of all.
    pub compactness: f64,
    /// Precincts per community.
    pub few_precincts: f64,
    /// Squared variation of the households of precincts.
    pub equal_size: f64,
    /// Shared streets and works between precincts, of all that is shared.
    pub shared_works: f64,
    /// Households that miss a service and that the best single new facility of their precinct leaves without.
    pub facility_gaps: f64,
    /// Squared differences of building years within precincts, of those in all.
    pub similar_age: f64,
    /// Unlikeness of the attributes within precincts, of that in all.
    pub similar_attributes: f64,
}

impl Weights {
    pub const NAMES: [&str; 7] = [
        "compactness",
        "few_precincts",
        "equal_size",
        "shared_works",
        "facility_gaps",
        "similar_age",
        "similar_attributes",
    ];

    pub const NONE: Self = Self {
        compactness: 0.0,
        few_precincts: 0.0,
        equal_size: 0.0,
        shared_works: 0.0,
        facility_gaps: 0.0,
        similar_age: 0.0,
        similar_attributes: 0.0,
    };

    /// In the order of [`Weights::NAMES`].
    pub fn list(&self) -> [f64; 7] {
        [
            self.compactness,
            self.few_precincts,
            self.equal_size,
            self.shared_works,
            self.facility_gaps,
            self.similar_age,
            self.similar_attributes,
        ]
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub units: Vec<Unit>,
    pub attribute_names: Vec<String>,
    pub edges: Vec<Edge>,
    /// Walks between pairs that are not neighbours, or shorter ones between neighbours. Where a widest walk is
    /// asked for, a pair that neither this nor a way along the edges joins within it is too far apart.
    pub walks: Vec<(usize, usize, f64)>,
    pub gaps: Vec<Gap>,

    pub goal: Goal,
    pub weights: Weights,
    pub unlikeness: Unlikeness,

    /// Households of a group, at least and at most. A floor is `>=`.
    pub min_households: Option<u64>,
    pub max_households: Option<u64>,
    pub unknown_households: UnknownHouseholds,
    /// Exactly so many groups, locked ones included.
    pub groups: Option<usize>,
    /// No two of a group are farther apart on foot.
    pub widest_walk_m: Option<f64>,
    /// Neighbours with a longer walk between them are none.
    pub longest_step_m: Option<f64>,
    pub must_together: Vec<Vec<usize>>,
    pub must_apart: Vec<(usize, usize)>,
    /// Groups that stay as they are: nobody joins, nobody leaves.
    pub locked: Vec<Vec<usize>>,
    /// Only communities known to be eligible take part.
    pub is_eligible_only: bool,

    /// How many proposals are wanted.
    pub proposals: usize,
    /// Two proposals differ by at least this share of the pairs that either keeps together.
    pub least_difference: f64,
    /// How long is searched: 1 is the usual.
    pub effort: f64,
}

impl Problem {
    /// Nothing but units and edges: one proposal, weights of nothing, no limits.
    pub fn new(units: Vec<Unit>, edges: Vec<Edge>) -> Self {
        Self {
            units,
            edges,
            attribute_names: Vec::new(),
            walks: Vec::new(),
            gaps: Vec::new(),
            goal: Goal::default(),
            weights: Weights::NONE,
            unlikeness: Unlikeness::default(),
            min_households: None,
            max_households: None,
            unknown_households: UnknownHouseholds::default(),
            groups: None,
            widest_walk_m: None,
            longest_step_m: None,
            must_together: Vec::new(),
            must_apart: Vec::new(),
            locked: Vec::new(),
            is_eligible_only: false,
            proposals: 1,
            least_difference: 0.1,
            effort: 1.0,
        }
    }
}
