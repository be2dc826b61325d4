//! The proof of the log, and copies.

use serde::{Deserialize, Serialize};

use crate::org::Instant;

/// The answer of `verify-log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDocument {
    pub whole: bool,
    /// Entries that fit; of a broken log, those before the first place that is broken.
    pub entries: u64,
    /// Entries whose payload was erased: the chain goes through them, and what they said is gone.
    pub erased: u64,
    /// Number and hash of the newest entry.
    pub head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<BreakDocument>,
}

/// The first place where a log is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakDocument {
    /// None when it is not about an entry that is there or was.
    pub entry: Option<i64>,
    pub what: String,
}

/// The answer of `backup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupDocument {
    pub file: String,
    /// The id of the roster that it is a copy of.
    pub roster: String,
    pub taken: Instant,
}
