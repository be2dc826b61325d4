//! Why an object is never touched: it is an administrator's, the target's own, named by a rule, or not understood.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::observed::ObjectId;
use crate::org::sentence::Sentence;

/// What protects an object. Nothing is taken from such an object, and nothing is written into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// It is, or once was, a member of an administrative group.
    Administrative,
    /// The target needs it to work.
    Critical,
    /// It came with the target: the first administrator, a guest, an administrative group.
    BuiltIn,
    /// A service's own account, whose password the target changes by itself.
    ManagedService,
    /// The account of a trust between domains, or of a machine.
    Trust,
    /// The account that rosterd itself signs in as.
    Ourselves,
    /// A rule of the configuration, as it is written there.
    Rule(String),
    /// What would tell whether it is protected cannot be read.
    Untold,
    /// It lies at this place, outside of what rosterd may change.
    Outside(String),
    /// Something of it that has to be known could not be understood; what, and why.
    NotUnderstood(String),
}

impl Protection {
    /// Whether the object stays in its groups. Who was only carried out of our reach leaves them, since the groups are
    /// within it.
    pub fn keeps_memberships(&self) -> bool {
        !matches!(self, Self::Outside(_))
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Administrative => Clause::Administrative.said(),
            Self::Critical => Clause::Critical.said(),
            Self::BuiltIn => Clause::BuiltIn.said(),
            Self::ManagedService => Clause::ManagedService.said(),
            Self::Trust => Clause::Trust.said(),
            Self::Ourselves => Clause::Ourselves.said(),
            Self::Rule(rule) => Clause::ProtectedByRule.with([rule]),
            Self::Untold => Clause::ProtectionUntold.said(),
            Self::Outside(place) => Clause::MovedOut.with([place]),
            Self::NotUnderstood(why) => Clause::NotUnderstood.with([why]),
        })
    }
}

/// A protected object that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProtectedObject {
    pub object: ObjectId,
    pub why: Protection,
}
