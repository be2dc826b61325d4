//! What a plan would set because it looks empty: asked of the target before the plan is made known, and left out where
//! the target says that it may not be read. An attribute that we may not read is not an empty one.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::differs;
use super::plan::Plan;
use crate::object::{AttributeName, Change, Clause, Covered, Doubt, Kind, Missing, Op, Step, aspect};
use crate::org::sentence::{Sentence, also};

impl Plan {
    /// All that this plan would set where the object shows nothing.
    pub fn doubts(&self) -> Vec<Doubt> {
        let of_step = |step: &Step| -> Vec<Doubt> {
            let is_doubtful = |change: &&Change| is_doubtful(step, change);
            let changes = step.changes.iter().filter(is_doubtful);
            changes.filter_map(|change| doubt(step, change)).collect()
        };
        self.steps.iter().flat_map(of_step).collect()
    }

    /// The plan without what cannot be read, which it names instead.
    #[must_use]
    pub fn without_unreadable(mut self, unreadable: &[Doubt]) -> Self {
        let unreadable: BTreeSet<&Doubt> = unreadable.iter().collect();
        let mut left_out: BTreeMap<(Kind, AttributeName), (usize, String)> = BTreeMap::new();
        let mut dropped = BTreeSet::new();
        for step in &mut self.steps {
            let before = step.changes.len();
            let mut changes = std::mem::take(&mut step.changes);
            changes.retain(|change| {
                let doubt =
                    Some(change).filter(|change| is_doubtful(step, change)).and_then(|change| doubt(step, change));
                let Some(doubt) = doubt.filter(|doubt| unreadable.contains(doubt)) else { return true };
                let (count, _) = left_out.entry((doubt.kind, doubt.attribute)).or_insert((0, step.name.clone()));
                *count += 1;
                false
            });
            step.changes = changes;
            if step.changes.is_empty() && before > 0 {
                dropped.insert(step.id.clone());
            } else if step.changes.len() < before && step.op == Op::Update {
                step.reason = differs(&step.changes);
            }
        }
        self.steps.retain(|step| !dropped.contains(&step.id));
        for step in &mut self.steps {
            step.needs.retain(|need| !dropped.contains(need));
        }
        let names = left_out.into_iter().map(|((kind, attribute), (count, example))| Missing {
            scope: Covered::attribute(kind).with([&attribute]),
            why: also(&Clause::CannotBeRead.with([&count, &example]), &Clause::OnlineSaysWhich.said()),
        });
        self.coverage.missing.extend(names);
        self
    }
}

fn doubt(step: &Step, change: &Change) -> Option<Doubt> {
    let object = step.object.clone()?;
    Some(Doubt { kind: step.kind, attribute: change.attribute.clone(), object })
}

/// A user that looks enabled shows no mark of being disabled, which may be unreadable, too.
fn is_doubtful(step: &Step, change: &Change) -> bool {
    match step.op {
        Op::Disable => change.attribute.is(aspect::ENABLED),
        Op::Update | Op::AddMembers => change.before.is_empty() && !change.after.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{ObjectId, StepId, Value};
    use crate::org::{Day, Id};
    use crate::reconcile::plan::Reach;
    use crate::reconcile::population::Population;

    fn step(key: &str, changes: &[(&str, &str)]) -> Step {
        let change = |(name, before): &(&str, &str)| Change {
            attribute: (*name).into(),
            before: Some(Value::text(*before)).filter(|value| value.as_text() != Some("")).into_iter().collect(),
            after: vec![Value::text("new")],
        };
        let key = Id::new(key);
        Step {
            id: StepId::new(Op::Update, &key),
            op: Op::Update,
            kind: Kind::User,
            name: key.to_string(),
            object: Some(ObjectId::new(format!("object of {key}"))),
            key,
            person: None,
            ground: None,
            reason: "all differ".into(),
            rung: None,
            irreversible: false,
            needs: Vec::new(),
            changes: changes.iter().map(change).collect(),
        }
    }

    fn plan(steps: Vec<Step>) -> Plan {
        Plan {
            target: "ad".into(),
            as_of: Day::from_date(jiff::civil::date(2026, 1, 1)),
            coverage: Reach { complete: true, linked_only: false, missing: Vec::new(), extent: None },
            steps,
            held: Vec::new(),
            reservations: Vec::new(),
            population: Population::default(),
            unmanaged: Vec::new(),
            outside: std::collections::BTreeMap::new(),
            protected: Vec::new(),
            labels: BTreeMap::new(),
            reverts: None,
            drift: Vec::new(),
            basis: String::new(),
        }
    }

    #[test]
    fn what_looks_empty_is_asked_about_and_left_out_where_it_is_hidden() {
        let plan = plan(vec![
            step("ann", &[("title", ""), ("mail", "old")]),
            step("bob", &[("title", "")]),
            step("eve", &[("title", "")]),
        ]);
        let doubts = plan.doubts();
        assert_eq!(doubts.len(), 3, "mail showed a value: {doubts:?}");
        let left = plan.clone().without_unreadable(&doubts[..2]);
        let what: Vec<(&str, usize)> = left.steps.iter().map(|step| (step.name.as_str(), step.changes.len())).collect();
        assert_eq!(what, [("ann", 1), ("eve", 1)]);
        assert_eq!(left.steps[0].reason, "mail differs from the roster");
        assert_eq!(left.coverage.missing.len(), 1);
        assert!(left.coverage.missing[0].why.contains("on 2 of them, such as ann"));
        assert!(left.coverage.complete && !left.coverage.is_whole(), "every object was seen all the same");
        assert_eq!(plan.clone().without_unreadable(&[]), plan);
    }
}
