//! Commands and answers: what goes over the control socket, and what a verb does in process.

use serde::{Deserialize, Serialize};

use crate::org::{Day, Edit, Id, Identity, Instant};
use crate::reconcile::Part;
use crate::report::Document;

/// What a verb asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Observe and propose. No targets: all of them.
    Plan { targets: Vec<String>, at: Option<Day> },
    /// A stored plan, to look at.
    Stored { digest: String },
    /// Exactly the stored plan with this digest.
    ApplyPlan { digest: String },
    /// Propose, and apply when no limit is breached.
    ApplyTargets { targets: Vec<String> },
    /// What the schedule does: intake, then propose, guard, apply, verify.
    Run { targets: Vec<String> },
    /// Propose the inverse of a run.
    Revert { run: i64 },
    /// Read a source; without a file, the one that the configuration names.
    Import { source: String, file: Option<String>, dry_run: bool },
    /// The links of a target, and what has none.
    Links { target: String },
    /// Propose to take over objects that are there already: by the rules, or the one that is named for a thing.
    Adopt { target: String, pair: Option<(Id, String)>, protected: bool },
    /// Forget that an object is ours.
    Unlink { target: String, key: Id, note: String, dry_run: bool },
    /// Say that an object is none of ours; with `stop`, that this holds no longer.
    Ignore { target: String, object: String, note: String, stop: bool },
    /// What is put off, of one target or of all.
    Quarantine { target: Option<String> },
    /// Try again what is put off, of one object or of the whole target.
    Release { target: String, key: Option<Id> },
    /// Keep a person out of every target, now and until `Resume`.
    Suspend { person: String, note: String, dry_run: bool },
    /// Take that back.
    Resume { person: String, note: Option<String>, dry_run: bool },
    /// Write nothing more to a target, or to any.
    Pause { target: Option<String>, note: String, dry_run: bool },
    /// Take that back.
    Unpause { target: Option<String>, note: Option<String>, dry_run: bool },
    /// Start nothing by schedule.
    BeginMaintenance { until: Option<Instant>, note: Option<String>, dry_run: bool },
    /// Take that back.
    EndMaintenance { note: Option<String>, dry_run: bool },
    /// How everything stands.
    Status,
    /// The last runs, from the newest.
    Runs { limit: i64 },
    /// Make a report of the configuration and send it.
    Send { report: String },
    /// Consent to a stored plan, to parts of one, or to a held import.
    Approve { digest: String, only: Vec<Part> },
    /// Change one thing by hand. With a digest, only when that is what it would do.
    Edit { edit: Edit, note: Option<String>, dry_run: bool, digest: Option<String> },
    /// Say which records are one thing. With a digest, only when that is what it would do.
    Identify { what: Identity, note: Option<String>, dry_run: bool, digest: Option<String> },
    /// Take a person out of the file. With a digest, only when that is what it would do.
    Erase { person: Id, note: String, dry_run: bool, digest: Option<String> },
}

impl Command {
    /// Whoever has to be out, or has to stop, waits for no reload.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::Suspend { .. } | Self::Pause { .. } | Self::BeginMaintenance { .. })
    }

    /// It looks at what the roster holds, and at nothing outside.
    pub fn only_looks(&self) -> bool {
        matches!(self, Self::Status | Self::Runs { .. } | Self::Stored { .. } | Self::Quarantine { .. })
    }

    /// It is done by whatever configuration is in force, however the file is by now: who has to be heard at once, and who
    /// looks, as a rule since the file is wrong.
    pub fn is_done_by_any_configuration(&self) -> bool {
        self.is_urgent() || self.only_looks()
    }
}

/// How a verb ends, as the process's exit code; [`Exit::ALL`] says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    Done,
    Failed,
    /// Usage or configuration, found without touching anything outside.
    Usage,
    /// `plan`: steps are pending.
    Pending,
    /// A limit is breached, an approval is missing, a digest is refused.
    Held,
    /// Some objects failed, or coverage was partial.
    Partly,
    /// Somebody else holds the lease.
    Busy,
}

impl Exit {
    /// Every exit with what it means: the help, the man pages and the documentation follow this.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Done, "done, nothing pending"),
        (Self::Failed, "failed"),
        (Self::Usage, "usage or configuration, found before anything was touched"),
        (Self::Pending, "steps are pending (`plan`)"),
        (
            Self::Held,
            "held: a limit is breached, an approval is missing, a digest is refused, or the roster was restored",
        ),
        (Self::Partly, "partly done: some objects failed, or a target was read in part"),
        (Self::Busy, "someone else holds the lease of the target"),
    ];

    /// The order in which the exits of several targets count.
    pub const ORDER: [Self; 7] =
        [Self::Usage, Self::Failed, Self::Busy, Self::Held, Self::Partly, Self::Pending, Self::Done];

    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Pending => 3,
            Self::Held => 4,
            Self::Partly => 5,
            Self::Busy => 6,
        }
    }

    /// Of several targets the first that applies of 2, 1, 6, 4, 5, 3, 0.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let first = Self::ORDER.into_iter().find(|exit| *exit == self || *exit == other);
        first.unwrap_or(self)
    }
}

/// The answer to a command.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    pub exit: Exit,
    pub document: Document,
}

/// Where a long command stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// The target or source.
    pub subject: String,
    /// `reading`, `applying`, `verifying`, `importing`.
    pub doing: String,
    pub done: u64,
    /// When it is known.
    pub of: Option<u64>,
}

/// Who is told where a command stands. Called often: it must be quick and must not fail.
pub trait Progress: Send + Sync {
    fn at(&self, phase: Phase);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn at(&self, _phase: Phase) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_several_targets_is_the_exit_code() {
        assert_eq!(Exit::Done.or_worse(Exit::Pending), Exit::Pending);
        assert_eq!(Exit::Held.or_worse(Exit::Busy), Exit::Busy);
        assert_eq!(Exit::Partly.or_worse(Exit::Failed), Exit::Failed);
        assert_eq!(Exit::Usage.or_worse(Exit::Failed), Exit::Usage);
    }
}
