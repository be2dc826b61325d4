//! Why an object is never touched: it is an administrator's, the target's own, named by a rule, or not understood.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::observed::ObjectId;

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
    /// Something of it that has to be known could not be understood; what, and why.
    NotUnderstood(String),
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administrative => f.write_str("it has, or had, administrative rights"),
            Self::Critical => f.write_str("the target marks it as critical"),
            Self::BuiltIn => f.write_str("it came with the target"),
            Self::ManagedService => f.write_str("it is a managed service account"),
            Self::Trust => f.write_str("it is the account of a trust or a machine"),
            Self::Ourselves => f.write_str("rosterd signs in with it"),
            Self::Rule(rule) => write!(f, "the rule {rule} protects it"),
            Self::Untold => f.write_str("we may not read whether it is protected"),
            Self::NotUnderstood(why) => write!(f, "it could not be understood: {why}"),
        }
    }
}

/// A protected object that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProtectedObject {
    pub object: ObjectId,
    pub why: Protection,
}
