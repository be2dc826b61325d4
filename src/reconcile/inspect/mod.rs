//! An independent linter of a finished plan: it knows the plan's form and none of the code that builds one, so that
//! a mistake there is caught before the plan is stored. What must hold stands in one file per subject.

mod duplicates;
mod grounds;
mod order;
mod references;
#[cfg(test)]
mod sample_tests;
mod scope;
mod steps;

use crate::object::{Op, Step};
use crate::reconcile::plan::Plan;

/// Something a plan must never have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan for {target} is flawed at {step}: {flaw}; nothing was stored, please report this as a bug")]
pub struct Flaw {
    pub target: String,
    pub step: String,
    pub flaw: String,
}

/// What is wrong with one step.
type Found<'a> = (&'a Step, String);

/// All flaws of a plan; none in a sound one.
pub fn inspect(plan: &Plan) -> Vec<Flaw> {
    let subjects = [
        steps::flaws(plan),
        grounds::flaws(plan),
        references::flaws(plan),
        order::flaws(plan),
        scope::flaws(plan),
        duplicates::flaws(plan),
    ];
    let flaw = |(step, flaw): Found<'_>| Flaw { target: plan.target.clone(), step: step.id.as_str().to_owned(), flaw };
    subjects.into_iter().flatten().map(flaw).collect()
}

/// Whether the object of the step's key is there only after it.
fn makes(step: &Step) -> bool {
    matches!(step.op, Op::Create | Op::Restore)
}
