//! The plan: an immutable, ordered list of steps with what they rest on, known by its digest.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::population::Population;
use crate::object::{
    Coverage, Deed, Drift, Extent, Hold, Kind, Missing, ObjectId, Op, ProtectedObject, Reservation, Step, Wanted,
};
use crate::org::{Day, Id};

/// The name of a plan: a hash of what it would do. Equal plans have equal digests, whenever they are proposed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

/// A text that is not a digest.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a digest: it has {length} hexadecimal digits", length = Digest::LENGTH)]
pub struct NotADigest(String);

impl Digest {
    const LENGTH: usize = 32;

    /// The digest of `content`; 128 bits, as hexadecimal digits.
    pub fn of(content: &[u8]) -> Self {
        Self::shortened(&blake3::hash(content))
    }

    /// The digest of a plan covers the target, the steps with grounds, before and after, the holds, and the names that it
    /// gives; no instants.
    pub fn of_plan(target: &str, steps: &[Step], held: &[Hold], reservations: &[Reservation]) -> Self {
        #[derive(Serialize)]
        struct Covered<'a> {
            target: &'a str,
            steps: &'a [Step],
            held: &'a [Hold],
            reservations: &'a [Reservation],
        }
        let mut hasher = blake3::Hasher::new();
        // serialising plain data into a hash cannot fail
        let _written = serde_json::to_writer(&mut hasher, &Covered { target, steps, held, reservations });
        Self::shortened(&hasher.finalize())
    }

    fn shortened(hash: &blake3::Hash) -> Self {
        let mut text = hash.to_hex().to_string();
        text.truncate(Self::LENGTH);
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let lower = text.trim().to_ascii_lowercase();
        let well_formed = lower.len() == Self::LENGTH && lower.bytes().all(|byte| byte.is_ascii_hexdigit());
        if well_formed { Ok(Self(lower)) } else { Err(NotADigest(text.to_owned())) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How much of the target the plan rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Every object was seen that we may see: what was not seen is not there.
    pub complete: bool,
    /// The target lists nothing: only what is linked was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked_only: bool,
    /// What could not be read; of a complete read, attributes and containers that are hidden from us.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// Whether everything was read for it, or what changed, in a run that need not read everything each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<Extent>,
}

impl Reach {
    /// Nothing is known to be missing of what can be read at all.
    pub fn is_whole(&self) -> bool {
        (self.complete || self.linked_only) && self.missing.is_empty()
    }

    /// The first thing that is known not to have been seen.
    pub fn unseen(&self) -> Option<String> {
        let first = self.missing.first().map(|first| format!("{}: {}", first.scope, first.why));
        first.or_else(|| (!self.is_whole()).then(|| "not everything was read".to_owned()))
    }

    pub(super) fn and(mut self, missing: Vec<Missing>) -> Self {
        self.missing.extend(missing);
        self
    }
}

impl From<&Coverage> for Reach {
    fn from(coverage: &Coverage) -> Self {
        match coverage {
            Coverage::Complete(complete) => {
                let evidence = complete.evidence();
                let (missing, extent) = (evidence.gaps.clone(), evidence.extent.clone());
                Self { complete: true, linked_only: false, missing, extent }
            }
            Coverage::Linked(evidence) => {
                Self { complete: false, linked_only: true, missing: evidence.gaps.clone(), extent: None }
            }
            Coverage::Partial(missing) => {
                Self { complete: false, linked_only: false, missing: missing.clone(), extent: None }
            }
        }
    }
}

/// An object in scope that is not ours. Left alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unmanaged {
    pub kind: Kind,
    pub name: String,
    pub object: ObjectId,
    /// It bears the stamp of a thing that has another object: a copy.
    pub stamp: Option<Id>,
}

/// Steps per operation.
pub type Counts = BTreeMap<Op, u64>;

/// What to do to one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub target: String,
    /// The day that the plan is for.
    pub as_of: Day,
    pub coverage: Reach,
    /// In the order in which they are applied; each after all that it needs.
    pub steps: Vec<Step>,
    pub held: Vec<Hold>,
    pub reservations: Vec<Reservation>,
    pub population: Population,
    pub unmanaged: Vec<Unmanaged>,
    /// What was seen that is never touched; no step is about any of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<ProtectedObject>,
    /// Steps that are not in the plan since the scopes of the rules do not let them be taken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outside: BTreeMap<Deed, u64>,
    /// Names for the keys and objects that the steps refer to, for people to read.
    pub labels: BTreeMap<String, String>,
    /// What somebody else changed in the target, whatever becomes of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// The run that it undoes, if it undoes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<i64>,
    /// Hash of the configuration and of the desired state of the plan's objects.
    pub basis: String,
}

/// What a plan rests on: the configuration, and what the roster wants of the plan's objects. A plan whose basis has
/// changed since it was proposed is not applied.
pub fn basis(generation: &str, keys: &[Id], wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(generation.as_bytes());
    for key in keys {
        hasher.update(&[0]);
        hasher.update(key.as_str().as_bytes());
        if let Some(Ok(desired)) = wanted(key) {
            hasher.update(&serde_json::to_vec(&desired).unwrap_or_default());
        }
    }
    hasher.finalize().to_hex().to_string()
}

impl Plan {
    /// The keys that the plan's steps are about, each once.
    pub fn keys(&self) -> Vec<Id> {
        let mut keys: Vec<Id> = self.steps.iter().map(|step| step.key.clone()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// The name of this plan.
    pub fn digest(&self) -> Digest {
        Digest::of_plan(&self.target, &self.steps, &self.held, &self.reservations)
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        for step in &self.steps {
            *counts.entry(step.op).or_default() += 1;
        }
        counts
    }

    /// Whether it takes over objects that were there before, and does nothing else.
    pub fn is_adoption(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(Step::is_adoption)
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
