//! Who had access on a day.

use serde::{Deserialize, Serialize};

use crate::object::{Kind, ObjectId};
use crate::org::{Day, FactKind, Id, Instant};

/// The answer of `access`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessDocument {
    /// Of whom: a person, or a group.
    pub kind: FactKind,
    pub id: Id,
    pub name: String,
    pub at: Day,
    pub targets: Vec<AccessOfTarget>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessOfTarget {
    pub target: String,
    /// Since when anything is known of it.
    pub since: Option<Instant>,
    /// When it was last seen whole.
    pub read: Option<Instant>,
    /// What rosterd itself did after that is told, too: when the last of it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_since: Option<Instant>,
    /// Of a person: accounts that could be used, and groups. Of a group: who was in it.
    pub lines: Vec<AccessLine>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessLine {
    pub kind: Kind,
    pub object: ObjectId,
    /// The account or group of ours that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Id>,
    pub name: String,
    /// The group by which it was, where that was not directly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    /// The times that cover any of the day.
    pub spans: Vec<AccessSpan>,
}

/// When it was seen to begin and to end; no instant where that was before the first read, or is not over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessSpan {
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// The run of rosterd's that gave it; none where somebody else did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_by: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<i64>,
}
