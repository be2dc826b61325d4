//! The proof of how much a read saw.
//!
//! *Could not read* must never become *does not exist*: whoever wants to speak about absence needs an [`Absence`],
//! which only a [`Complete`] read gives, which only [`Coverage::judge`] makes, from the evidence of the read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::clause::Clause;
use super::covered::Covered;
use super::observed::Kind;
use crate::org::Instant;
use crate::org::sentence::Sentence;

/// What one part of a read (a search base, a resource type, a file) can show for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRead {
    /// For people: the base DN, the endpoint, the file.
    pub scope: String,
    /// The kind of objects that was read, where it was one kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The container itself was there and readable.
    pub base_readable: bool,
    /// The other side said by itself that nothing follows (the last page's empty cookie, the last index).
    pub ended: bool,
    /// Objects that were seen.
    pub seen: u64,
    /// Objects that the other side announced, where it does.
    pub announced: Option<u64>,
    /// The least number to believe, from the last complete read.
    pub floor: Option<u64>,
    /// Objects that were seen but could not be understood.
    pub unreadable: u64,
}

/// What was asked of the other side, by a run that need not read everything each time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// What changed, brought into what was known; everything was read at this instant.
    Changes { whole: Instant },
    /// Everything, and why not only what changed.
    Everything { why: String },
}

/// The evidence of a whole read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    pub scopes: Vec<ScopeRead>,
    /// The server that was read, where there may be several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What was asked of the other side, where that is more to say than everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<Extent>,
    /// Of each part where objects could not be understood, the first of them, and why.
    #[serde(skip)]
    pub misread: BTreeMap<String, String>,
    /// What of the objects that were seen is not known, and what else is the matter: nothing that makes any object
    /// absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Missing>,
}

/// Why a read does not count as complete, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub scope: String,
    pub why: String,
}

/// Proof that a read saw everything there was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    evidence: Evidence,
}

/// Proof that what was not seen is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence(());

/// How much a read saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    Complete(Complete),
    /// The target lists nothing. Each linked object was read by its id, and what else there is is not known: nothing is
    /// absent, and a create looks first.
    Linked(Evidence),
    Partial(Vec<Missing>),
}

impl Coverage {
    /// Judges the evidence: complete only if every part ended by itself, was readable, and saw what was announced
    /// and expected. A read without any part proves nothing.
    pub fn judge(evidence: Evidence) -> Self {
        let mut missing: Vec<Missing> = evidence
            .scopes
            .iter()
            .filter_map(|part| {
                let why = part.flaw(evidence.misread.get(&part.scope))?;
                Some(Missing { scope: part.scope.clone(), why })
            })
            .collect();
        if evidence.scopes.is_empty() {
            missing.push(Missing { scope: Covered::Everything.said(), why: Clause::NothingRead.said() });
        }
        if missing.is_empty() {
            return Self::Complete(Complete { evidence });
        }
        missing.extend(evidence.gaps);
        Self::Partial(missing)
    }

    /// The same with the reason why everything was read.
    #[must_use]
    pub fn because(mut self, why: Option<String>) -> Self {
        if let Self::Complete(complete) = &mut self {
            complete.evidence.extent = why.map(|why| Extent::Everything { why });
        }
        self
    }

    pub fn complete(&self) -> Option<&Complete> {
        match self {
            Self::Complete(complete) => Some(complete),
            Self::Linked(_) | Self::Partial(_) => None,
        }
    }

    /// What a read can show for itself that saw all it could: everything, or all that is linked.
    pub fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Complete(complete) => Some(&complete.evidence),
            Self::Linked(evidence) => Some(evidence),
            Self::Partial(_) => None,
        }
    }
}

impl Complete {
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The right to say that what this read did not show is not there.
    pub fn absence(&self) -> Absence {
        Absence(())
    }
}

impl Absence {
    /// An absence that was proved when the plan was made: only for reading a stored plan back.
    pub(super) fn of_stored_plan() -> Self {
        Self(())
    }
}

impl ScopeRead {
    fn flaw(&self, misread: Option<&String>) -> Option<String> {
        if !self.base_readable {
            return Some(Clause::BaseNotRead.said());
        }
        if !self.ended {
            return Some(Clause::StoppedEarly.with([&self.seen]));
        }
        if let Some(announced) = self.announced.filter(|announced| *announced != self.seen) {
            return Some(Clause::AnnouncedSeen.with([&announced, &self.seen]));
        }
        if self.unreadable > 0 {
            return Some(match misread {
                Some(misread) => Clause::ManyNotUnderstoodSuchAs.with([&self.unreadable, misread]),
                None => Clause::ManyNotUnderstood.with([&self.unreadable]),
            });
        }
        let floor = self.floor.filter(|floor| self.seen < *floor)?;
        Some(Clause::TooFewSeen.with([&self.seen, &floor]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> ScopeRead {
        ScopeRead {
            scope: "OU=Org".into(),
            kind: None,
            base_readable: true,
            ended: true,
            seen: 10,
            announced: Some(10),
            floor: Some(5),
            unreadable: 0,
        }
    }

    fn judged(part: ScopeRead) -> Coverage {
        Coverage::judge(Evidence { scopes: vec![good(), part], ..Evidence::default() })
    }

    #[test]
    fn every_flaw_makes_a_read_partial() {
        assert!(judged(good()).complete().is_some());
        assert!(judged(ScopeRead { base_readable: false, ..good() }).complete().is_none());
        assert!(judged(ScopeRead { ended: false, ..good() }).complete().is_none());
        assert!(judged(ScopeRead { announced: Some(11), ..good() }).complete().is_none());
        assert!(judged(ScopeRead { floor: Some(11), ..good() }).complete().is_none());
        assert!(judged(ScopeRead { unreadable: 1, ..good() }).complete().is_none());
        assert!(Coverage::judge(Evidence::default()).complete().is_none());
    }
}
