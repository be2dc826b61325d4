//! The answer of `status`: how everything stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AlarmView, ConsentView, ReportStatus, ScheduleStatus, WayStatus};
use crate::org::{Id, Instant, Maintenance, Order};
use crate::reconcile::Digest;

/// The answer of `status`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StatusDocument {
    /// Whether a daemon answers at the control socket.
    pub daemon: bool,
    /// What the daemon that answered reads its orders from; nothing without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ConfigurationStatus>,
    /// What is wrong now.
    #[serde(default)]
    pub alarms: Vec<AlarmView>,
    /// When what was kept long enough was last deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained: Option<Instant>,
    /// Whom an order keeps out of every target.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub suspended: BTreeMap<Id, Order>,
    /// The schedule starts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maintenance: Option<Maintenance>,
    pub targets: Vec<TargetStatus>,
    #[serde(default)]
    pub sources: Vec<SourceStatus>,
    /// Reports that have a schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportStatus>,
    /// What reports and alarms tell, by the ways that it goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<WayStatus>,
}

/// The configuration that a daemon serves by, beside the file as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationStatus {
    /// When the one in force was read.
    pub read: Instant,
    /// The hash of all that is in force.
    pub generation: String,
    /// A reload was asked for since, and refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedReload>,
    /// What the file is now, when it is not what is in force: filled in by the verb, which can read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileStatus>,
}

/// Why a reload was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedReload {
    /// The first time after the last one that was taken.
    pub since: Instant,
    pub why: String,
    /// Of one that is right and takes a restart: the hash of what would then be in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_restart: Option<String>,
}

/// A file that is not what is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "why", rename_all = "lowercase")]
pub enum FileStatus {
    /// It was changed since, and nothing is wrong with it.
    Changed,
    /// It is the one that was refused, since it takes a restart.
    Restart,
    /// It is wrong: a reload would be refused, and a daemon would not start. With the first problem.
    Wrong(String),
}

/// One source, by what its imports came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceStatus {
    pub name: String,
    /// `never imported`, `taken`, `stale`, `held`, `failing`.
    pub state: String,
    /// When a file of it was last taken that proved itself whole.
    pub last_complete: Option<Instant>,
    pub last_failure: Option<ImportFailure>,
    /// The digest of the import that waits for an approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    #[serde(flatten)]
    pub schedule: ScheduleStatus,
}

/// An import that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFailure {
    pub at: Instant,
    pub why: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetStatus {
    pub name: String,
    /// `never run`, `in step`, `pending`, `held`, `restored`, `failing`, `running`, `paused`.
    pub state: String,
    /// Of one that is failing: the newest error, and since when no run was done as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<TargetFailure>,
    /// The order by which nothing is written to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Order>,
    pub last_success: Option<Instant>,
    pub pending: u64,
    pub held: u64,
    pub quarantined: u64,
    /// The digest of the plan that waits for approvals, and who gave any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentView>,
    #[serde(flatten)]
    pub schedule: ScheduleStatus,
}

/// Why a target is failing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetFailure {
    /// The begin of the first run that failed after the last one that was done as a whole.
    pub since: Instant,
    /// The newest run that was not.
    pub run: i64,
    pub why: String,
}
