//! Lines of a batch that speak of what was erased: they are left out and named, and take nothing else with them.
//!
//! A line is held when it states or names an erased id, or names what only held lines state. All lines of its thing are
//! held with it, and what the roster holds of that thing stays as it is: a line that was left out is no absence.

use std::collections::{HashMap, HashSet};

use super::batch::Line;
use super::fact::Fact;
use super::id::Id;
use super::intake_plan::{Stored, Thing};
use super::problem::Problem;
use super::reference::{Reference, SourceKey};
use super::time::Day;

/// What was left out.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// One for each line.
    pub lines: Vec<Problem>,
    /// The things that the lines state.
    pub things: HashSet<Thing>,
}

/// Why an id cannot be stated: what was erased, and when.
pub(super) fn problem(number: u64, id: &Id, day: Day) -> Problem {
    let hint = "an erased person does not come back under the same id; take them out of the source";
    Problem::of_line(number, format!("{:?} was erased on {day}", id.as_str())).with_hint(hint)
}

/// Takes the lines out that speak of what was erased.
pub(super) fn hold(lines: &mut Vec<Line>, stored: &Stored) -> Held {
    let mut held = Held::default();
    if stored.erased.is_empty() {
        return held;
    }
    let there: HashSet<&Id> = stored.rows.iter().map(|row| &row.id).collect();
    let mut gone = Gone {
        ids: stored.erased.iter().map(|(id, day)| (id.clone(), (id.clone(), *day))).collect(),
        keys: HashMap::new(),
    };
    // by place: several facts may come from one line
    let mut reasons: HashMap<usize, (Id, Day)> = HashMap::new();
    let mut of_thing: HashMap<Thing, (Id, Day)> = HashMap::new();
    loop {
        let before = reasons.len();
        for (at, line) in lines.iter().enumerate() {
            if reasons.contains_key(&at) {
                continue;
            }
            let thing = (line.version.kind(), line.version.id.clone());
            let Some(reason) = of_thing.get(&thing).cloned().or_else(|| gone.by(line)) else { continue };
            if !there.contains(&thing.1) {
                gone.ids.insert(thing.1.clone(), reason.clone());
            }
            if let Fact::Key(key) = &line.version.fact {
                let key = SourceKey { source: key.source.clone(), key: key.value.clone() };
                gone.keys.insert(key, reason.clone());
            }
            of_thing.insert(thing, reason.clone());
            reasons.insert(at, reason);
        }
        if reasons.len() == before {
            break;
        }
    }
    let mut at = 0;
    lines.retain(|line| {
        let reason = reasons.get(&at);
        at += 1;
        held.lines.extend(reason.map(|(id, day)| problem(line.number, id, *day)));
        reason.is_none()
    });
    held.lines.sort_by_key(|problem| problem.line);
    held.things = of_thing.into_keys().collect();
    held
}

/// What cannot be named, each with the erased thing that it comes from.
struct Gone {
    ids: HashMap<Id, (Id, Day)>,
    keys: HashMap<SourceKey, (Id, Day)>,
}

impl Gone {
    fn by(&self, line: &Line) -> Option<(Id, Day)> {
        let named = line.version.fact.references().into_iter().find_map(|(_, reference)| match reference {
            Reference::Id(id) => self.ids.get(&id),
            Reference::Key(key) => self.keys.get(&key),
        });
        self.ids.get(&line.version.id).or(named).cloned()
    }
}
