//! The answers of `suspend`, `resume`, `pause`, `unpause` and `maintenance`.

use serde::{Deserialize, Serialize};

use super::{Outcome, Trouble};
use crate::object::ObjectId;
use crate::org::{Id, Maintenance, Order};

/// The answer of `suspend` and `resume`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspensionDocument {
    pub person: Id,
    pub name: String,
    /// From now on, or from before; otherwise no longer.
    pub suspended: bool,
    /// It was so before: nothing was ordered anew.
    pub again: bool,
    /// The order that holds, or that held until now.
    pub order: Order,
    /// What became of the accounts; of `resume` nothing, since the next run does what the roster says.
    pub targets: Vec<KeptOut>,
    pub errors: Vec<Trouble>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// What became of the accounts of a person in one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOut {
    pub target: String,
    /// The run that disabled something; none where nothing was left to disable.
    pub run: Option<i64>,
    /// `done` when no account can be used, `partly` when one may still be.
    pub outcome: Outcome,
    pub accounts: Vec<KeptAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAccount {
    pub key: Id,
    pub object: ObjectId,
    /// What the target calls it, or did when it was last seen; none where that is not known.
    pub name: Option<String>,
    #[serde(flatten)]
    pub how: KeptHow,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", content = "reason", rename_all = "lowercase")]
pub enum KeptHow {
    /// Just now.
    Disabled,
    /// It could not be used before either.
    Already,
    /// Deliberately, with the reason: it can still be used.
    Left(String),
    /// It could not be, or nobody knows: the next run does it.
    Failed(String),
}

impl KeptHow {
    /// Whether the account cannot be used.
    pub fn is_out(&self) -> bool {
        matches!(self, Self::Disabled | Self::Already)
    }
}

/// The answer of `pause` and `unpause`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseDocument {
    /// None is every target.
    pub target: Option<String>,
    pub paused: bool,
    /// It was so before.
    pub again: bool,
    /// The order that holds; none where nothing is paused.
    pub order: Option<Order>,
    /// Targets whose run under way ends after the steps that are under way.
    pub running: Vec<String>,
}

/// The answer of `maintenance begin` and `maintenance end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceDocument {
    pub begun: bool,
    /// It was so before.
    pub again: bool,
    /// What holds, or held until now.
    pub maintenance: Option<Maintenance>,
    /// Targets whose run under way goes on to its end.
    pub running: Vec<String>,
    /// What came due meanwhile, and runs once now: `source hr`, `target ad`.
    pub queued: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}
