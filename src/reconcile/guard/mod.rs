//! The guard: limits that are on by default, and the proof that a plan passed them.
//!
//! A breach holds the whole plan until somebody approves exactly that plan. [`Limit`] says how many are allowed,
//! [`TABLE`] which limits there are, [`measure`] holds them against a plan. A further step never turns a breach into none.

mod limit;
mod measure;
mod table;

use std::collections::BTreeSet;

use super::approval::{Consent, Released};
use super::plan::{Digest, Plan};
use crate::object::{Ground, Op, Step, StepId};
use crate::org::Id;

pub use limit::{Limit, Measure, WrittenLimit};
pub use measure::measure;
pub use table::{Brake, EVERY, Limits, NEW_RULES, Row, TABLE};

/// What a plan is held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Brakes {
    pub limits: Limits,
    /// The configuration, the target's schema or rosterd itself is another than in the last run: what takes something
    /// away by such rules waits for an approval.
    pub new_rules: bool,
}

impl From<Limits> for Brakes {
    fn from(limits: Limits) -> Self {
        Self { limits, new_rules: false }
    }
}

/// A plan that may be applied. Only [`guard`] makes one, and nothing else can be executed.
#[derive(Debug)]
pub struct Cleared {
    plan: Plan,
    digest: Digest,
    approved: bool,
    /// Of a plan that was approved in part: the steps that may be taken.
    part: Option<BTreeSet<StepId>>,
}

impl Cleared {
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Whether people approved what may be done of it.
    pub fn is_approved(&self) -> bool {
        self.approved
    }

    /// Whether some of its steps stay held.
    pub fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// The steps that may be taken, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.plan.steps.iter().filter(|step| self.part.as_ref().is_none_or(|part| part.contains(&step.id)))
    }

    /// What stays held of it: the plan without the steps that may be taken.
    pub fn rest(&self) -> Plan {
        let mut rest = self.plan.clone();
        rest.steps.retain(|step| self.part.as_ref().is_some_and(|part| !part.contains(&step.id)));
        rest
    }
}

/// The guard's answer.
#[derive(Debug)]
pub enum Verdict {
    Cleared(Cleared),
    Breached { plan: Plan, breaches: Vec<Measure> },
}

/// Clears a plan that breaches no limit, or that enough people approved by its digest; or the part that they approved.
pub fn guard(plan: Plan, brakes: &Brakes, consent: &Consent) -> Verdict {
    let breaches: Vec<Measure> = measure(&plan, brakes).into_iter().filter(Measure::is_breached).collect();
    let digest = plan.digest();
    let cleared = |plan, digest, approved, part| Verdict::Cleared(Cleared { plan, digest, approved, part });
    match consent.releases(&plan) {
        Released::All => cleared(plan, digest, true, None),
        _ if breaches.is_empty() => cleared(plan, digest, false, None),
        Released::Part(part) => cleared(plan, digest, true, Some(part)),
        Released::Nothing => Verdict::Breached { plan, breaches },
    }
}

/// Clears a plan that keeps one person out, because somebody ordered just that: it disables accounts of this person and
/// does nothing else. That is its limit, whatever the limits of the target are, and it needs no approval.
pub fn urgent(plan: Plan, person: &Id) -> Option<Cleared> {
    let keeps_out = |step: &Step| {
        step.op == Op::Disable
            && step.ground == Some(Ground::Suspended)
            && step.person.as_ref() == Some(person)
            && !step.irreversible
    };
    if !plan.reservations.is_empty() || !plan.steps.iter().all(keeps_out) {
        return None;
    }
    let digest = plan.digest();
    Some(Cleared { plan, digest, approved: false, part: None })
}
