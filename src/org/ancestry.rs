//! What stands above what over all days: a batch must not put a unit, a class or a group above itself on any of them.

use std::collections::{HashMap, HashSet};

use super::fact::Fact;
use super::id::Id;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::resolve::Resolved;
use super::time::Interval;

/// The deepest tree that is believed.
const DEEPEST: usize = 200;

/// What stands directly above each thing, by the days.
type Parents = HashMap<Id, Vec<(Interval, Id)>>;

/// The kinds whose facts put one thing above another: which of its things, and its noun.
const EDGES: [(FactKind, &str, Edge); 3] = [
    (FactKind::Unit, "unit", |id, fact| match fact {
        Fact::Unit(unit) => Some((id.clone(), unit.parent.clone()?)),
        _ => None,
    }),
    (FactKind::Class, "class", |id, fact| match fact {
        Fact::Class(class) => Some((id.clone(), class.parent.clone()?)),
        _ => None,
    }),
    (FactKind::Membership, "group", |_, fact| match fact {
        Fact::Membership(membership) => Some((membership.member_group.clone()?, membership.group.clone())),
        _ => None,
    }),
];

/// The lower and the upper thing of a fact, if it puts one above another.
type Edge = fn(&Id, &Fact) -> Option<(Id, Id)>;

/// A line that puts something above a thing.
#[derive(Debug)]
struct Stated {
    line: u64,
    lower: Id,
    interval: Interval,
}

/// What will stand above what, and the lines that say so; in the order of [`EDGES`].
#[derive(Debug, Default)]
pub(super) struct Ancestry {
    parents: [Parents; EDGES.len()],
    stated: [Vec<Stated>; EDGES.len()],
}

/// The place of a fact's kind in [`EDGES`], and the two things.
fn edge(id: &Id, fact: &Fact) -> Option<(usize, Id, Id)> {
    let at = EDGES.iter().position(|(kind, _, _)| *kind == fact.kind())?;
    let (lower, upper) = EDGES[at].2(id, fact)?;
    Some((at, lower, upper))
}

impl Ancestry {
    /// A fact that will hold.
    pub(super) fn holds(&mut self, id: &Id, interval: Interval, fact: &Fact) {
        if let Some((at, lower, upper)) = edge(id, fact) {
            self.parents[at].entry(lower).or_default().push((interval, upper));
        }
    }

    /// A line of the batch.
    pub(super) fn states(&mut self, line: &Resolved) {
        if let Some((at, lower, _)) = edge(&line.version.id, &line.version.fact) {
            self.stated[at].push(Stated { line: line.number, lower, interval: line.version.interval });
        }
    }

    /// Names each line by which a thing would stand above itself once the batch is in.
    pub(super) fn finish(mut self) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for ((parents, stated), (_, noun, _)) in self.parents.iter().zip(&mut self.stated).zip(EDGES) {
            stated.sort_by_key(|stated| stated.line);
            let flaws = stated.iter().filter_map(|Stated { line, lower, interval }| {
                Some(Problem::of_line(*line, flaw(noun, lower, *interval, parents)?))
            });
            problems.extend(flaws.take(MOST_PROBLEMS));
        }
        problems.sort_by_key(|problem| problem.line);
        problems.truncate(MOST_PROBLEMS);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// What is wrong above a thing on the days of `interval`.
fn flaw(noun: &str, thing: &Id, interval: Interval, parents: &Parents) -> Option<String> {
    let mut open = vec![(thing, interval, 0)];
    let mut seen = HashSet::new();
    while let Some((at, days, depth)) = open.pop() {
        for (when, parent) in parents.get(at).into_iter().flatten() {
            let Some(both) = when.intersect(&days) else { continue };
            if parent == thing {
                return Some(format!("the {noun} {thing:?} stands above itself: {both}"));
            }
            if depth == DEEPEST {
                return Some(format!("the {noun} {thing:?} has more than {DEEPEST} {noun}s above it"));
            }
            if seen.insert((parent, both)) {
                open.push((parent, both, depth + 1));
            }
        }
    }
    None
}
