//! How much is managed: what limits are measured against. A part of the plan, so that the guard needs nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::object::{Kind, ObjectId};

/// How much is managed. What lies in a subtree, a group or a list is named only as far as the plan's steps are about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Population {
    /// Linked users that are enabled.
    pub users: u64,
    /// Linked objects of all kinds.
    pub objects: u64,
    /// Members of managed groups that are ours.
    pub members: u64,
    /// Linked objects of each kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<Kind, u64>,
    /// The containers one level below the base of users in which the plan changes users, by their names below the base.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subtrees: BTreeMap<String, Subtree>,
    /// How many members those groups have that the plan takes members out of.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<ObjectId, u64>,
    /// Groups that are never to be empty, of whose members the plan takes some away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guarded: Vec<Guarded>,
}

/// What lies below one container, at whatever depth.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Subtree {
    /// Linked users that are enabled.
    pub users: u64,
    /// Of these, the ones that the plan's steps are about.
    pub planned: BTreeSet<ObjectId>,
}

/// A group that is never to be empty: a protected one, or one that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Guarded {
    pub object: ObjectId,
    pub name: String,
    /// The members that were seen and can sign in.
    pub members: BTreeSet<ObjectId>,
}

impl Population {
    /// Linked objects of a kind; of all kinds where a plan of before does not say.
    pub fn of(&self, kind: Kind) -> u64 {
        let known = self.kinds.get(&kind).copied();
        known.unwrap_or(if self.kinds.is_empty() { self.objects } else { 0 })
    }
}
