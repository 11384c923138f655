//! What a planner does to a scheme, and what it comes to.

use std::collections::{BTreeMap, BTreeSet};

use super::{About, How, Member, Scheme, members};
use crate::analysis::partition::grid::{At, Region};
use crate::analysis::partition::{Id, Move, Overlap, Refused};
use crate::domain::{LayerId, Viewer};
use crate::snapshot::{ShapeGeometry, Snapshot};

/// One thing done to a scheme.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    Draw {
        outline: Region,
        overlap: Overlap,
        about: About,
    },
    Redraw {
        precinct: Id,
        outline: Region,
        overlap: Overlap,
    },
    Split {
        precinct: Id,
        line: Vec<At>,
    },
    /// Into the first.
    Merge {
        precincts: Vec<Id>,
    },
    MoveBorder {
        moves: Vec<Move>,
    },
    Remove {
        precinct: Id,
    },
    Describe {
        precinct: Id,
        about: About,
    },
    /// A community goes to another precinct, by hand, and its ground with it where that is asked for.
    MoveCommunity {
        community: i64,
        to: Id,
        with_ground: bool,
    },
    Include {
        community: i64,
        precinct: Id,
    },
    /// It belongs nowhere, wherever it lies.
    Exclude {
        community: i64,
    },
    /// What was said by hand holds no longer.
    ByRule {
        community: i64,
    },
    /// Members anew, from the communities as they are now.
    Refresh,
}

/// What an edit made, and whose precincts it truly touched: ground, members or what is said of them.
#[derive(Debug, Clone)]
pub struct Applied {
    pub scheme: Scheme,
    pub touched: BTreeSet<Id>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Wrong {
    #[error(transparent)]
    Outline(#[from] Refused),
    #[error("there is no community {0}")]
    NoCommunity(i64),
    #[error("nothing is said by hand of community {0}")]
    NotByHand(i64),
    #[error("merging takes two precincts at least")]
    NothingToMerge,
}

impl Edit {
    /// The precincts that it names: whoever asks for it has seen them.
    pub fn names(&self) -> Vec<Id> {
        match self {
            Edit::Redraw { precinct, .. }
            | Edit::Split { precinct, .. }
            | Edit::Remove { precinct }
            | Edit::Describe { precinct, .. }
            | Edit::MoveCommunity { to: precinct, .. }
            | Edit::Include { precinct, .. } => vec![*precinct],
            Edit::Merge { precincts } => precincts.clone(),
            _ => Vec::new(),
        }
    }

    /// As the history calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Edit::Draw { .. } => "draw",
            Edit::Redraw { .. } => "redraw",
            Edit::Split { .. } => "split",
            Edit::Merge { .. } => "merge",
            Edit::MoveBorder { .. } => "move_border",
            Edit::Remove { .. } => "remove",
            Edit::Describe { .. } => "describe",
            Edit::MoveCommunity { .. } => "move_community",
            Edit::Include { .. } => "include",
            Edit::Exclude { .. } => "exclude",
            Edit::ByRule { .. } => "by_rule",
            Edit::Refresh => "refresh",
        }
    }
}

impl Scheme {
    /// The scheme after an edit. New precincts have negative numbers.
    pub fn apply(&self, edit: &Edit, snapshot: &Snapshot) -> Result<Applied, Wrong> {
        let mut next = self.clone();
        let mut fresh = self.about.keys().copied().min().unwrap_or(0).min(0);
        let mut settled: BTreeSet<Id> = BTreeSet::new();
        match edit {
            Edit::Draw { outline, overlap, about } => {
                let id = fresh - 1;
                let changed = self.outlines.draw(id, outline, *overlap)?;
                next.about.insert(id, about.clone());
                next.take(changed, &mut settled);
            }
            Edit::Redraw { precinct, outline, overlap } => {
                next.take(self.outlines.redraw(*precinct, outline, *overlap)?, &mut settled);
            }
            Edit::Split { precinct, line } => {
                let mut pieces = Vec::new();
                let changed = self.outlines.split(*precinct, line, &mut || {
                    fresh -= 1;
                    pieces.push(fresh);
                    fresh
                })?;
                let whole = self.about.get(precinct).cloned().unwrap_or_default();
                for (n, piece) in pieces.iter().enumerate() {
                    let name = format!("{}（{}）", whole.name, n + 2);
                    next.about.insert(*piece, About { code: None, name, ..whole.clone() });
                }
                next.take(changed, &mut settled);
                next.follow_ground(*precinct, snapshot);
            }
            Edit::Merge { precincts } => {
                let once: BTreeSet<Id> = precincts.iter().copied().collect();
                if once.len() < 2 {
                    return Err(Wrong::NothingToMerge);
                }
                let changed = self.outlines.merge(precincts)?;
                for member in next.members.values_mut() {
                    if member.precinct.is_some_and(|id| once.contains(&id)) {
                        member.precinct = Some(precincts[0]);
                    }
                }
                for gone in once.iter().filter(|id| **id != precincts[0]) {
                    next.about.remove(gone);
                }
                next.take(changed, &mut settled);
            }
            Edit::MoveBorder { moves } => next.take(self.outlines.move_vertices(moves)?, &mut settled),
            Edit::Remove { precinct } => {
                let changed = self.outlines.remove(*precinct)?;
                next.about.remove(precinct);
                next.take(changed, &mut settled);
            }
            Edit::Describe { precinct, about } => {
                self.must_have(*precinct)?;
                next.about.insert(*precinct, about.clone());
            }
            Edit::MoveCommunity { community, to, with_ground } => {
                self.must_have(*to)?;
                let ground = ground(snapshot, *community)?;
                if *with_ground {
                    next.take(self.outlines.draw(*to, &ground, Overlap::Take)?, &mut settled);
                    // One whose ground it all was is gone with it.
                    let outlines = &next.outlines;
                    next.about.retain(|id, _| outlines.get(*id).is_some());
                }
                next.members.insert(*community, Member { precinct: Some(*to), how: How::ByHand });
            }
            Edit::Include { community, precinct } => {
                self.must_have(*precinct)?;
                ground(snapshot, *community)?;
                next.members.insert(*community, Member { precinct: Some(*precinct), how: How::ByHand });
            }
            Edit::Exclude { community } => {
                ground(snapshot, *community)?;
                next.members.insert(*community, Member { precinct: None, how: How::ByHand });
            }
            Edit::ByRule { community } => {
                match next.members.remove(community) {
                    Some(Member { how: How::ByHand, .. }) => {}
                    _ => return Err(Wrong::NotByHand(*community)),
                }
                settled.extend(self.outlines.ids());
            }
            Edit::Refresh => settled.extend(self.outlines.ids()),
        }
        // Nobody stands without ground, and nothing is drawn that nobody is said to be.
        let outlines = &next.outlines;
        next.about.retain(|id, _| outlines.get(*id).is_some());
        members::settle(&mut next, &self.outlines, &settled, snapshot);
        let mut touched = self.touched(&next);
        touched.extend(settled.iter().filter(|_| !matches!(edit, Edit::Refresh | Edit::ByRule { .. })));
        Ok(Applied { scheme: next, touched })
    }

    fn must_have(&self, precinct: Id) -> Result<(), Wrong> {
        if self.about.contains_key(&precinct) { Ok(()) } else { Err(Refused::NoSuch(precinct).into()) }
    }

    fn take(&mut self, changed: crate::analysis::partition::Changed, settled: &mut BTreeSet<Id>) {
        self.outlines = changed.partition;
        settled.extend(changed.touched);
    }

    /// After a split whoever was put into the precinct by hand goes with the ground on which he stands.
    fn follow_ground(&mut self, precinct: Id, snapshot: &Snapshot) {
        let by_hand: Vec<i64> = self
            .members
            .iter()
            .filter(|(_, member)| member.precinct == Some(precinct) && member.how == How::ByHand)
            .map(|(id, _)| *id)
            .collect();
        let outlines = members::Outlines::of(&self.outlines);
        let Some(communities) = snapshot.layer(LayerId::Community, Viewer::Everything) else { return };
        for id in by_hand {
            let Some(community) = communities.find(id) else { continue };
            let (shares, _) = outlines.shares(community, self.rule.share_of, snapshot);
            let pieces = shares.into_iter().filter(|(id, _)| *id == precinct || *id < 0);
            if let Some((piece, _)) = pieces.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))) {
                self.members.insert(id, Member { precinct: Some(piece), how: How::ByHand });
            }
        }
    }

    /// The precincts whose members or description differ, or that came or went.
    pub fn touched(&self, next: &Scheme) -> BTreeSet<Id> {
        let mut touched: BTreeSet<Id> = BTreeSet::new();
        let ids: BTreeSet<Id> = self.about.keys().chain(next.about.keys()).copied().collect();
        touched.extend(ids.iter().filter(|id| self.about.get(id) != next.about.get(id)));
        let communities: BTreeSet<i64> = self.members.keys().chain(next.members.keys()).copied().collect();
        for id in communities {
            let (before, after) = (self.members.get(&id), next.members.get(&id));
            if before != after {
                touched.extend([before, after].into_iter().flatten().filter_map(|member| member.precinct));
            }
        }
        touched
    }

    /// A scheme from groups of communities, without outlines: each group a precinct of that number.
    pub fn of_groups(groups: &BTreeMap<Id, (About, Vec<i64>)>) -> Self {
        let mut scheme = Scheme::default();
        for (id, (about, communities)) in groups {
            scheme.about.insert(*id, about.clone());
            for community in communities {
                scheme.members.insert(*community, Member { precinct: Some(*id), how: How::ByHand });
            }
        }
        scheme
    }
}

/// The ground of a community.
fn ground(snapshot: &Snapshot, community: i64) -> Result<Region, Wrong> {
    let view = snapshot.layer(LayerId::Community, Viewer::Everything);
    let item = view.and_then(|view| view.find(community)).ok_or(Wrong::NoCommunity(community))?;
    match item.shape.geometry() {
        ShapeGeometry::Areas(areas) => Ok(Region::of(areas)),
        _ => Err(Wrong::NoCommunity(community)),
    }
}
