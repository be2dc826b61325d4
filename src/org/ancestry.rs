//! What stands above what over all days: a batch must not put a unit, a class or a group above itself on any of them.

use std::collections::{HashMap, HashSet};

use super::fact::Fact;
use super::id::Id;
use super::intended::Intended;
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::time::Interval;

/// The deepest tree that is believed.
const DEEPEST: usize = 200;

/// What stands directly above each thing, by the days.
type Parents = HashMap<Id, Vec<(Interval, Id)>>;

/// The kinds whose facts put one thing above another: which of its things, and its noun.
const EDGES: [(FactKind, &str, Edge); 3] = [
    (FactKind::Unit, "unit", |id, fact| match fact {
        Fact::Unit(unit) => Some((id.clone(), unit.parent?)),
        _ => None,
    }),
    (FactKind::Class, "class", |id, fact| match fact {
        Fact::Class(class) => Some((id.clone(), class.parent?)),
        _ => None,
    }),
    (FactKind::Membership, "group", |_, fact| match fact {
        Fact::Membership(membership) => Some((membership.member_group?, membership.group)),
        _ => None,
    }),
];

/// The lower and the upper thing of a fact, if it puts one above another.
type Edge = fn(&Id, Fact) -> Option<(Id, Id)>;

/// Names each line by which a thing would stand above itself once the batch is in.
pub(super) fn refuse_cycles(intended: &Intended<'_>) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for (kind, noun, edge) in EDGES {
        if intended.lines_of(kind).next().is_none() {
            continue;
        }
        let mut parents = Parents::new();
        intended.each(kind, |id, interval, fact| {
            if let Some((lower, upper)) = edge(id, fact) {
                parents.entry(lower).or_default().push((interval, upper));
            }
        });
        let flaws = intended.lines_of(kind).filter_map(|line| {
            let (lower, _) = edge(&line.version.id, line.version.fact.clone())?;
            let message = flaw(noun, &lower, line.version.interval, &parents)?;
            Some(Problem::of_line(line.number, message))
        });
        problems.extend(flaws.take(MOST_PROBLEMS));
    }
    problems.sort_by_key(|problem| problem.line);
    problems.truncate(MOST_PROBLEMS);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
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
