//! What a target should hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::attribute::AttributeName;
use super::observed::Kind;
use super::rung::Rung;
use super::scope::Deed;
use super::step::Ground;
use super::value::{Referent, Value};
use crate::org::Id;

/// What should happen to one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit<T> {
    /// Leave what is there.
    Keep,
    /// There should be nothing.
    Clear,
    Set(T),
}

/// Who decides about an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// The roster: every difference is written.
    #[default]
    Own,
    /// The roster at creation; later changes in the target stand.
    CreateOnly,
    /// The roster while the target has no value.
    IfEmpty,
    /// Nobody: evaluated and shown, never written.
    Never,
}

/// An attribute's edit with the authority that bounds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub edit: Edit<Vec<Value>>,
    pub authority: Authority,
}

/// Whether an object should be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It should exist; it is created when it does not.
    Present,
    /// The same, but it should not be usable now: it is created disabled. One that is enabled is disabled where there is
    /// a ground for that, and held where there is none.
    Inactive { ground: Option<Ground>, reason: String },
    /// Everything is left as it is, memberships too. Never created.
    Kept,
    /// It should not be usable. Never created; if it exists, disabled. Of the attributes and the place only what is
    /// given changes.
    Disabled { ground: Ground, reason: String },
    /// It should be gone. If it exists, it is deleted.
    Deleted { ground: Ground, reason: String },
    /// No rule means it any more: left as it is, and shown as a hold. Never created.
    OutOfScope { reason: String },
    /// Nothing is done about it now, for the reason given: shown as a hold.
    Held { reason: String },
}

impl Presence {
    /// Whether the object is to exist and to be kept in step.
    pub fn is_present(&self) -> bool {
        matches!(self, Self::Present | Self::Inactive { .. })
    }
}

/// One object as the roster wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// The id of the account, unit or group; also the stamp.
    pub key: Id,
    pub kind: Kind,
    /// The person, for users.
    pub person: Option<Id>,
    /// For people to read: the person's, unit's or group's name.
    pub label: String,
    pub presence: Presence,
    /// Which rung of the lifecycle the person stands on, for users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Rung>,
    /// The person left, by a dated fact, and the account is to be in no group of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stripped: bool,
    /// What is not ours to do to it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub outside: BTreeSet<Deed>,
    /// The RDN's value; `None` where the target has no such name.
    pub name: Option<String>,
    /// `Key` of a unit, or `Root`; `None` where the target has no tree.
    pub parent: Option<Referent>,
    pub attributes: BTreeMap<AttributeName, Wish>,
    /// The key of the manager's account.
    pub manager: Edit<Id>,
    /// Keys of the accounts and groups that should be members; `None` for kinds without members.
    pub members: Option<BTreeSet<Id>>,
}
