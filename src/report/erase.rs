//! The answer of `edit erase`: what went or would go, and what is left elsewhere. It names nobody but by id.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::org::{Day, Id};
use crate::reconcile::Digest;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EraseDocument {
    pub person: Id,
    /// `Partly` when the record is erased, and the file could not be cleaned of it yet.
    pub outcome: Outcome,
    /// The day of the erasure.
    pub day: Day,
    /// It was erased before, and the file was only cleaned again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Of all that would go: a roster that moved on has another one.
    pub digest: Option<Digest>,
    /// Versions that go, by kind.
    pub deleted: BTreeMap<String, u64>,
    /// Versions of other things that no longer name the person, by kind.
    pub rewritten: BTreeMap<String, u64>,
    /// Stored plans that go.
    pub plans: u64,
    /// Notes, messages and summaries that go.
    pub texts: u64,
    /// Objects that targets still hold: rosterd leaves them alone from now on.
    pub objects: Vec<ErasedObject>,
    /// Copies beside the roster that may still hold the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// It was a rehearsal (`--dry-run`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// An object of an account that was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedObject {
    pub target: String,
    pub kind: String,
    /// The target's immutable id.
    pub object: String,
}
