//! Consent: who approved what of a plan, and whether that is enough. Pure: the time is a parameter, people are told apart
//! by their user ids, and nothing is known of how either came here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::part::Part;
use super::plan::{Digest, Plan};
use crate::object::StepId;
use crate::org::{Actor, Instant};

/// Somebody's consent to one plan or one import, or to parts of one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub digest: Digest,
    pub by: Actor,
    pub at: Instant,
    /// It counts until then.
    pub expires: Instant,
    /// Only these parts; all of it when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Part>,
}

impl Approval {
    /// Consent to all of it, which counts for so many days.
    pub fn new(digest: Digest, by: Actor, at: Instant, days: i64) -> Self {
        Self { digest, by, at, expires: at.days_earlier(-days), only: Vec::new() }
    }
}

/// Why the consent of somebody does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excluded {
    Root,
    Proposer,
    /// It was given to an earlier version, which did not keep by whom.
    Unknown,
}

impl Excluded {
    pub fn why(self) -> &'static str {
        match self {
            Self::Root => "root is nobody in particular, and does not count where several have to approve",
            Self::Proposer => "who proposed it does not count where several have to approve",
            Self::Unknown => "it is not known by whom it was given",
        }
    }
}

/// How many people it takes, and who is none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quorum {
    pub needed: u32,
    /// Who proposed it first, where that is known.
    pub proposer: Option<Actor>,
}

impl Quorum {
    /// One person is enough, whoever it is.
    pub const ONE: Self = Self { needed: 1, proposer: None };

    /// Why an approval of this person does not count.
    pub fn excludes(&self, person: &Actor) -> Option<Excluded> {
        if self.needed < 2 {
            None
        } else if !person.is_known() {
            Some(Excluded::Unknown)
        } else if person.is_root() {
            Some(Excluded::Root)
        } else {
            self.proposer.as_ref().filter(|proposer| proposer.uid == person.uid).map(|_| Excluded::Proposer)
        }
    }
}

/// Everything that was said to one digest and is not used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    digest: Digest,
    quorum: Quorum,
    approvals: Vec<Approval>,
    now: Instant,
}

/// What may be done of a plan that breaches a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Released {
    Nothing,
    /// These steps, with all that they need.
    Part(BTreeSet<StepId>),
    All,
}

impl Consent {
    pub fn new(digest: Digest, quorum: Quorum, approvals: Vec<Approval>, now: Instant) -> Self {
        Self { digest, quorum, approvals, now }
    }

    /// Nobody said anything.
    pub fn none(digest: Digest) -> Self {
        Self::new(digest, Quorum::ONE, Vec::new(), Instant::from_micros(0))
    }

    pub fn quorum(&self) -> &Quorum {
        &self.quorum
    }

    pub fn approvals(&self) -> &[Approval] {
        &self.approvals
    }

    /// Why an approval does not count; none for one that does.
    pub fn why_not(&self, approval: &Approval) -> Option<String> {
        if approval.digest != self.digest {
            Some(format!("it is an approval of another plan, {}", approval.digest))
        } else if approval.expires <= self.now {
            Some("it has expired".to_owned())
        } else {
            self.quorum.excludes(&approval.by).map(|excluded| excluded.why().to_owned())
        }
    }

    fn counting(&self) -> impl Iterator<Item = &Approval> {
        self.approvals.iter().filter(|approval| self.why_not(approval).is_none())
    }

    /// How many people approved all of it.
    pub fn given(&self) -> u32 {
        let people: BTreeSet<u32> =
            self.counting().filter(|approval| approval.only.is_empty()).map(|approval| approval.by.uid).collect();
        u32::try_from(people.len()).unwrap_or(u32::MAX)
    }

    /// Whether enough people approved all of it.
    pub fn is_whole(&self) -> bool {
        self.given() >= self.quorum.needed
    }

    /// The approval of the whole that was given last.
    pub fn last(&self) -> Option<&Approval> {
        self.counting().filter(|approval| approval.only.is_empty()).max_by_key(|approval| approval.at)
    }

    /// When the first of the approvals that count ends.
    pub fn expires(&self) -> Option<Instant> {
        self.counting().map(|approval| approval.expires).min()
    }

    /// The same without what was said until then.
    #[must_use]
    pub fn since(mut self, instant: Instant) -> Self {
        self.approvals.retain(|approval| approval.at > instant);
        self
    }

    /// The steps of a plan that enough people approved. More approvals never release less.
    pub fn releases(&self, plan: &Plan) -> Released {
        if plan.digest() != self.digest {
            return Released::Nothing;
        }
        if self.is_whole() {
            return Released::All;
        }
        let mut people: BTreeMap<StepId, BTreeSet<u32>> = BTreeMap::new();
        for approval in self.counting() {
            for step in Part::of_plan(&approval.only, plan) {
                people.entry(step).or_default().insert(approval.by.uid);
            }
        }
        let enough = |people: &BTreeSet<u32>| u32::try_from(people.len()).unwrap_or(u32::MAX) >= self.quorum.needed;
        let released: BTreeSet<StepId> =
            people.into_iter().filter(|(_, people)| enough(people)).map(|(step, _)| step).collect();
        match released.len() {
            0 => Released::Nothing,
            count if count == plan.steps.len() => Released::All,
            _ => Released::Part(released),
        }
    }
}

#[cfg(test)]
#[path = "approval_tests.rs"]
mod tests;
