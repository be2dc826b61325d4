//! The answer of `edit`: what an edit by hand changed, or why it did not.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Outcome;
use crate::org::Interval;
use crate::reconcile::Digest;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditDocument {
    /// `add`, `change`, `correct` or `end`.
    pub act: String,
    /// A kind of the exchange format.
    pub kind: String,
    pub id: String,
    /// The source that the thing belongs to.
    pub source: String,
    pub outcome: Outcome,
    /// Of the changes: the same edit on another roster has another one.
    pub digest: Option<Digest>,
    pub changes: Vec<EditChange>,
    /// What else there is to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<EditProblem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// It was a rehearsal (`--dry-run`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// What is recorded of the days of an interval, before and after; none where the thing does not hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditChange {
    #[serde(flatten)]
    pub interval: Interval,
    pub before: Option<Map<String, Value>>,
    pub after: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditProblem {
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
