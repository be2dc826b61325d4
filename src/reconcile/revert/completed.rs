//! From the comparison's plan to that of an inverse: grounds and reasons, what a wish cannot say, and the order of what
//! goes.

use super::Inverse;
use crate::object::{Clause, Ground, Op, Step, aspect};
use crate::org::sentence::Sentence;
use crate::reconcile::plan::Plan;
use crate::reconcile::{compare, order};

impl Inverse {
    /// The finished plan.
    pub fn completed(self, mut plan: Plan) -> Plan {
        let Self { run, wanted, held, foreign, stamps } = self;
        for step in &mut plan.steps {
            step.reason = match step.op {
                Op::Delete => Clause::RunMadeUntouched.with([&run]),
                _ => Clause::UndoesRun.with([&run]),
            };
            step.rung = None;
            if step.op.is_negative() {
                step.ground = Some(Ground::Reverted);
            }
            if step.op == Op::Restore {
                step.changes.clear(); // it comes back as it was
            }
        }
        for (key, (object, change)) in foreign {
            if let Some(desired) = wanted.get(&key) {
                let op = if change.attribute.is(aspect::MEMBERS) { Op::AddMembers } else { Op::Update };
                let step = compare::step(desired, op, Some(&object), Clause::UndoesRun.with([&run]), vec![change]);
                join(&mut plan.steps, step);
            }
        }
        for mut stamp in stamps {
            let own = plan.steps.iter().filter(|step| step.key == stamp.key).map(|step| step.id.clone());
            stamp.needs = own.collect();
            plan.steps.push(stamp);
        }
        let (steps, waiting) = order::arrange(plan.steps, &[]);
        plan.steps = steps;
        // nothing is said of what the run did not touch
        plan.unmanaged.clear();
        plan.held.extend(held.into_iter().chain(waiting));
        plan.held.sort();
        plan.reverts = Some(run);
        plan
    }
}

/// Adds a step, or what it says to the one of the same operation.
fn join(steps: &mut Vec<Step>, step: Step) {
    let Some(known) = steps.iter_mut().find(|one| one.id == step.id) else { return steps.push(step) };
    for change in step.changes {
        match known.changes.iter_mut().find(|one| one.attribute == change.attribute) {
            Some(there) => there.after.extend(change.after),
            None => known.changes.push(change),
        }
    }
}
