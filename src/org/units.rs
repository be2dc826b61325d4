//! The unit tree over all days: a batch must not put a unit below itself on any of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::fact::Fact;
use super::history::Timeline;
use super::id::Id;
use super::intake_plan::{Rows, Thing, timeline};
use super::kind::FactKind;
use super::problem::{MOST_PROBLEMS, Problem};
use super::resolve::Resolved;
use super::time::Interval;

/// The deepest tree that is believed.
const DEEPEST: usize = 200;

/// The unit above each unit, by the days.
type Parents = HashMap<Id, Vec<(Interval, Id)>>;

/// Names each line of a unit that would stand above itself once the batch is in.
pub(super) fn refuse_cycles(
    lines: &[Resolved],
    rows: &Rows<'_>,
    wanted: &BTreeMap<Thing, Timeline<Arc<str>>>,
) -> Result<(), Vec<Problem>> {
    let parents = parents(rows, wanted);
    let problems: Vec<Problem> = lines
        .iter()
        .filter(|line| line.version.kind() == FactKind::Unit)
        .filter_map(|line| {
            flaw(&line.version.id, line.version.interval, &parents).map(|m| Problem::of_line(line.number, m))
        })
        .take(MOST_PROBLEMS)
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn parents(rows: &Rows<'_>, wanted: &BTreeMap<Thing, Timeline<Arc<str>>>) -> Parents {
    let mut parents = Parents::new();
    let mut take = |id: &Id, timeline: &Timeline<Arc<str>>| {
        for span in timeline.spans() {
            if let Ok(Fact::Unit(unit)) = Fact::from_body(FactKind::Unit, &span.body) {
                let above = parents.entry(id.clone()).or_default();
                above.extend(unit.parent.map(|parent| (span.interval, parent)));
            }
        }
    };
    for ((_, id), timeline) in wanted.iter().filter(|((kind, _), _)| *kind == FactKind::Unit) {
        take(id, timeline);
    }
    let untouched = |thing: &Thing| thing.0 == FactKind::Unit && !wanted.contains_key(thing);
    for ((_, id), rows) in rows.iter().filter(|(thing, _)| untouched(thing)) {
        take(id, &timeline(rows));
    }
    parents
}

/// What is wrong above the unit on the days of `interval`.
fn flaw(unit: &Id, interval: Interval, parents: &Parents) -> Option<String> {
    let mut open = vec![(unit, interval, 0)];
    let mut seen = HashSet::new();
    while let Some((at, days, depth)) = open.pop() {
        for (when, parent) in parents.get(at).into_iter().flatten() {
            let Some(both) = when.intersect(&days) else { continue };
            if parent == unit {
                return Some(format!("the unit {unit:?} stands above itself: {both}"));
            }
            if depth == DEEPEST {
                return Some(format!("the unit {unit:?} has more than {DEEPEST} units above it"));
            }
            if seen.insert((parent, both)) {
                open.push((parent, both, depth + 1));
            }
        }
    }
    None
}
