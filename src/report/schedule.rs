//! What `status` says of schedules.

use serde::{Deserialize, Serialize};

use crate::org::Instant;
use crate::schedule::Lack;

/// One report that has a schedule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportStatus {
    pub name: String,
    pub last_success: Option<Instant>,
    #[serde(flatten)]
    pub schedule: ScheduleStatus,
}

/// Where the schedule of a source, target or report stands; nothing of it without a schedule.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ScheduleStatus {
    /// When it runs next, as far as that is known. While no daemon serves nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Instant>,
    /// That time lies within a maintenance: what comes due then is queued until the maintenance is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub queued: bool,
    /// What is due by now and not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<WaitStatus>,
    /// Why the last try failed, when it waits for something else now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The last day that ended without what it has to come after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lacked: Option<Lack>,
}

/// Why something due is not done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WaitStatus {
    /// `maintenance`, `closed`, `paused`, `after`, `source`, `tried`, `failed`.
    pub reason: String,
    /// The same in words.
    pub text: String,
    pub since: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}
