//! The documents: what each verb answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::object::{Deed, Hold, Reservation, Step};
use crate::org::{Day, Instant};
use crate::reconcile::{Counts, Digest, Measure, Part, Plan, Reach};

/// The answer of a verb.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Document {
    Plan(PlanDocument),
    Run(RunDocument),
    Import(ImportDocument),
    Approval(ApprovalDocument),
    Edit(super::EditDocument),
    Erase(super::EraseDocument),
    Links(super::LinksDocument),
    Ignore(super::IgnoreDocument),
    Quarantine(super::QuarantineDocument),
    Suspension(super::SuspensionDocument),
    Pause(super::PauseDocument),
    Sent(super::SentDocument),
    Maintenance(super::MaintenanceDocument),
    Status(super::StatusDocument),
    Runs(RunsDocument),
}

/// Something that could not be done at all: what, why, how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The target or source.
    pub subject: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The answer of `plan`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PlanDocument {
    pub plans: Vec<PlanView>,
    /// Targets that no plan could be made for.
    pub errors: Vec<Trouble>,
}

/// A plan as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanView {
    pub target: String,
    pub digest: Digest,
    pub as_of: Day,
    pub coverage: Reach,
    pub counts: Counts,
    pub steps: Vec<Step>,
    pub held: Vec<Hold>,
    /// The names that it gives for the first time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reservations: Vec<Reservation>,
    pub limits: Vec<Measure>,
    pub breaches: Vec<Measure>,
    /// Whether enough people approved exactly this plan.
    pub approved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<super::ConsentView>,
    /// The run that it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<i64>,
    /// It is for a day to come: it can be neither approved nor applied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_look_at: bool,
    /// Steps that the scopes of the rules do not let be taken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside: BTreeMap<Deed, u64>,
    /// It is by rules that are not in force: what these speak of that nobody has read yet looks as if it had no value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_read: Vec<String>,
    /// How long the target's own limits make it take at least.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub at_least_seconds: u64,
    /// Names for the keys and objects that the steps refer to.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl PlanView {
    pub fn new(plan: Plan, digest: Digest, limits: Vec<Measure>, approved: bool) -> Self {
        Self {
            counts: plan.counts(),
            digest,
            target: plan.target,
            as_of: plan.as_of,
            coverage: plan.coverage,
            steps: plan.steps,
            held: plan.held,
            reservations: plan.reservations,
            breaches: limits.iter().filter(|measure| measure.is_breached()).cloned().collect(),
            limits,
            approved,
            consent: None,
            reverts: plan.reverts,
            to_look_at: false,
            outside: plan.outside,
            not_read: Vec::new(),
            at_least_seconds: 0,
            labels: plan.labels,
        }
    }

    /// What its digest should be, by what it says.
    pub fn made_digest(&self) -> Digest {
        Digest::of_plan(&self.target, &self.steps, &self.held, &self.reservations)
    }
}

/// How a run or an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything was done, or there was nothing to do.
    Done,
    /// Some objects failed, or the target was read in part.
    Partly,
    /// Nothing could be done, or it stopped early.
    Failed,
    /// A limit is breached or an approval is missing: nothing was written.
    Held,
    /// Somebody else holds the lease: nothing was done.
    Busy,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Busy => "busy",
        }
    }
}

/// The answer of `apply` and `run`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RunDocument {
    /// What was imported before, by `run`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<ImportDocument>,
    pub runs: Vec<RunView>,
    pub errors: Vec<Trouble>,
}

/// One run against one target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunView {
    /// The number in the run ledger; none when nothing was started.
    pub run: Option<i64>,
    pub target: String,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    pub counts: RunCounts,
    /// Steps done, per operation.
    pub done: Counts,
    pub failures: Vec<RunFailure>,
    pub held: Vec<Hold>,
    pub limits: Vec<Measure>,
    pub breaches: Vec<Measure>,
    /// Whom the plan that is held would disable or delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends: Vec<super::Ended>,
    /// Who approved what is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<super::ConsentView>,
    /// Steps that a read after the run found still to do. None when the run was not verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    /// For people: what else there is to say, such as who holds the lease.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The first thing that the read of the target did not show; none when it was whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunCounts {
    pub done: u64,
    pub failed: u64,
    /// Deliberately not done.
    pub held: u64,
    pub unknown: u64,
    /// Left over by a run that stopped before its end: the next run does them.
    #[serde(default)]
    pub waiting: u64,
}

/// A step that was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    pub key: String,
    pub name: String,
    pub op: String,
    pub class: String,
    pub message: String,
}

/// The answer of `import`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportDocument {
    pub source: String,
    pub digest: Option<Digest>,
    /// `Failed` when the file has problems: then nothing was committed.
    pub outcome: Outcome,
    /// Per kind of fact: `added`, `changed`, `ended`, `unchanged`.
    pub counts: serde_json::Value,
    /// The file proved itself whole.
    #[serde(default)]
    pub complete: bool,
    /// What the file ends: those first who are gone today.
    #[serde(default)]
    pub ends: Vec<super::Ended>,
    pub limits: Vec<Measure>,
    pub breaches: Vec<Measure>,
    pub problems: Vec<Problem>,
    /// Lines, or fields of lines, that were not taken; the rest was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldLine>,
    /// It was a rehearsal (`--dry-run`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// A line of a file that was not taken, or a field of one, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldLine {
    pub line: u64,
    pub kind: String,
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The source that the whole thing belongs to, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub reason: String,
}

/// Something wrong in a file, with the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub file: String,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The answer of `approve`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApprovalDocument {
    pub digest: Digest,
    /// `plan of ad` or `import of hr`.
    pub what: String,
    /// Nothing held it: it breaches no limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_needed: bool,
    pub by: String,
    pub at: Instant,
    /// The parts that it is for; all of it without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Part>,
    /// Steps of the plan that enough people approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<super::ConsentView>,
}

/// The answer of `runs`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RunsDocument {
    pub runs: Vec<serde_json::Value>,
}

/// The answer of `check`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CheckDocument {
    pub ok: bool,
    /// What is wrong with the configuration.
    pub problems: Vec<Problem>,
    /// The preflight of each target; empty without `--online`.
    pub targets: Vec<TargetCheck>,
}

/// The preflight of one target.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TargetCheck {
    pub target: String,
    pub findings: Vec<CheckFinding>,
}

/// One line of a preflight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckFinding {
    pub ok: bool,
    /// Nothing fails because of it, but something is worse than it could be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub warning: bool,
    /// What was looked at, and what came.
    pub text: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What does not work, or is worse, because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaks: Option<String>,
    /// The command that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}
