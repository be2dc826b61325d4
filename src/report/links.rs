//! The answers of `links`: which object belongs to what, and what has no link on either side.

use serde::{Deserialize, Serialize};

use super::Trouble;
use crate::object::{Hold, Kind, ObjectId};
use crate::org::{Id, Instant};
use crate::reconcile::{Reach, Unmanaged};

/// The answer of `links TARGET list`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinksDocument {
    pub target: String,
    /// How much of the target was seen; none when it could not be read at all.
    pub coverage: Option<Reach>,
    pub links: Vec<LinkLine>,
    /// Wanted, and without a link.
    pub unlinked: Vec<UnlinkedLine>,
    /// In scope, and without a link.
    pub unmanaged: Vec<Unmanaged>,
    /// What the adoption rules find, and not plainly; and what cannot be wanted now.
    pub ambiguous: Vec<Hold>,
    pub ignored: Vec<IgnoredLine>,
    pub errors: Vec<Trouble>,
    /// What was asked for of it: the rest is left out.
    #[serde(default, skip_serializing_if = "LinkParts::is_all")]
    pub only: LinkParts,
}

/// An object of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkLine {
    pub key: Id,
    pub kind: Option<Kind>,
    /// None when the roster no longer speaks of it.
    pub name: Option<String>,
    pub object: ObjectId,
    pub since: Instant,
}

/// Something that is to have an object and has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnlinkedLine {
    pub key: Id,
    pub kind: Kind,
    pub name: String,
    /// The object that adoption would take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adoptable: Option<ObjectId>,
}

/// An object that somebody said is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoredLine {
    pub object: ObjectId,
    pub note: String,
    pub by: String,
    pub at: Instant,
}

/// The answer of `links TARGET ignore`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreDocument {
    pub target: String,
    pub object: ObjectId,
    /// From now on it is ignored; otherwise no longer.
    pub ignored: bool,
    pub note: String,
    pub by: String,
    pub at: Instant,
}

/// Which parts of a list are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinkParts {
    pub unlinked: bool,
    pub unmanaged: bool,
    pub ambiguous: bool,
}

impl LinkParts {
    /// None is named: all are meant.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

impl LinksDocument {
    /// Only these parts; all of them when none is named.
    #[must_use]
    pub fn only(mut self, parts: LinkParts) -> Self {
        self.only = parts;
        if parts.is_all() {
            return self;
        }
        self.links.clear();
        self.ignored.clear();
        if !parts.unlinked {
            self.unlinked.clear();
        }
        if !parts.unmanaged {
            self.unmanaged.clear();
        }
        if !parts.ambiguous {
            self.ambiguous.clear();
        }
        self
    }
}
