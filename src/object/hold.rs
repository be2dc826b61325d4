//! What is deliberately not done, and what a mapping answers for one key.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::desired::Desired;
use super::name::NameKind;
use super::observed::Kind;
use crate::org::Id;

/// What the roster wants of a key: nothing, an object, or that nothing is done about it now.
pub type Wanted = Option<Result<Desired, Hold>>;

/// Why a step is deliberately not taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldCode {
    /// The linked object was not seen; nothing proves that it is gone.
    Missing,
    /// Several objects bear one stamp.
    Ambiguous,
    /// What it would need to know was not read.
    Unread,
    /// A value that the target cannot hold, or an expression that failed.
    Value,
    /// The relative name is wanted twice in one place, or taken by another object.
    NameTaken,
    /// No name could be given.
    Naming,
    /// The target marks the object as protected.
    Protected,
    /// A rule of the record that blocks found something about the person, unit or group.
    Quality,
    /// The record of the person lacks what the lifecycle needs, or no ground is there to take the account away.
    Lifecycle,
    /// No rule means it any more; it is left as it is.
    OutOfScope,
    /// It waits for an object that is itself held.
    Waits,
    /// A member whom only a change of his own account can take out of the group.
    FixedMember,
    /// Somebody changed it in the target, and that is left to stand.
    Drift,
    /// Somebody changed it since the run that is to be undone.
    ChangedSince,
    /// Nothing brings it back.
    Irreversible,
    /// It failed, and is tried again later.
    Failing,
    /// It was done run after run and came back each time.
    Frozen,
    /// The target does not do it: it takes no such value, keeps the one it has, or was written to and shows another.
    CannotConverge,
}

/// A step that is deliberately not taken now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hold {
    pub key: Id,
    pub kind: Kind,
    pub name: String,
    pub code: HoldCode,
    pub reason: String,
}

/// The names that the plan gives an account for the first time; reserved when the plan is applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reservation {
    pub account: Id,
    pub person: Id,
    /// Which of the person's accounts it is; empty for the ordinary one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The login of the account, given now or before.
    pub login: String,
    /// The other names that are given now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<NameKind, String>,
    /// A hash of what the person is called today: when it is another one day, the person has been renamed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// Who had one of the names before, for so long that it may be given again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former: BTreeSet<Id>,
    /// It changes a name that changes only when somebody approves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gated: bool,
}

impl Reservation {
    /// An ordinary account with its login, and nothing beside.
    pub fn of_login(account: Id, person: Id, login: String) -> Self {
        Self {
            account,
            person,
            kind: String::new(),
            login,
            names: BTreeMap::new(),
            basis: String::new(),
            former: BTreeSet::new(),
            gated: false,
        }
    }
}
