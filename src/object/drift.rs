//! Drift: what somebody else changed in a target of what rosterd keeps in step there.

use serde::{Deserialize, Serialize};

use super::attribute::AttributeName;
use super::observed::{Kind, ObjectId};
use super::value::Value;
use crate::org::{Id, Instant};

/// What becomes of a value that somebody else changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DriftPolicy {
    /// It is written back.
    #[default]
    Revert,
    /// The roster takes it over.
    Accept,
    /// It is left as it is and told.
    Report,
}

impl DriftPolicy {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Revert => "revert",
            Self::Accept => "accept",
            Self::Report => "report",
        }
    }
}

/// One value that somebody else changed: it was as the roster wants it, the roster wants it still, and the target shows
/// another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    pub key: Id,
    pub kind: Kind,
    /// For people to read.
    pub name: String,
    pub object: ObjectId,
    /// An attribute, or one of the [aspects](super::aspect); of members one drift for each.
    pub attribute: AttributeName,
    pub wanted: Vec<Value>,
    pub shown: Vec<Value>,
    pub policy: DriftPolicy,
    /// When it was first seen; `None` when that is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
}
