//! The guard: limits that are on by default, and the proof that a plan passed them.
//!
//! A breach holds the whole plan until somebody approves exactly that plan. [`Limit`] says how many are allowed,
//! [`TABLE`] which limits there are, [`measure`] holds them against a plan. A further step never turns a breach into none.

mod limit;
mod measure;
mod table;

use serde::{Deserialize, Serialize};

use super::plan::{Digest, Plan};
use crate::org::Instant;

pub use limit::{Limit, Measure, Part};
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

/// Somebody's consent to one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub digest: Digest,
    pub by: String,
    pub at: Instant,
}

/// A plan that may be applied. Only [`guard`] makes one, and nothing else can be executed.
#[derive(Debug)]
pub struct Cleared {
    plan: Plan,
    digest: Digest,
    approval: Option<Approval>,
}

impl Cleared {
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The approval that cleared a plan that breaches a limit.
    pub fn approval(&self) -> Option<&Approval> {
        self.approval.as_ref()
    }
}

/// The guard's answer.
#[derive(Debug)]
pub enum Verdict {
    Cleared(Cleared),
    Breached { plan: Plan, breaches: Vec<Measure> },
}

/// Clears a plan that breaches no limit, or that somebody approved by its digest.
pub fn guard(plan: Plan, brakes: &Brakes, approval: Option<Approval>) -> Verdict {
    let breaches: Vec<Measure> = measure(&plan, brakes).into_iter().filter(Measure::is_breached).collect();
    let digest = plan.digest();
    let approval = approval.filter(|approval| approval.digest == digest);
    if breaches.is_empty() || approval.is_some() {
        Verdict::Cleared(Cleared { plan, digest, approval })
    } else {
        Verdict::Breached { plan, breaches }
    }
}
