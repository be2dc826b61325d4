//! The answer of `map test`: what the rules make of one person, and why. `explain` says the same of any thing, and more.

use serde::Serialize;

use crate::object::{Authority, Deed, Value};
use crate::org::{Day, FactKind, Id, Instant, Visibility};

#[derive(Debug, Clone, Serialize)]
pub struct MapDocument {
    pub person: Id,
    pub name: String,
    pub at: Day,
    pub targets: Vec<MapTarget>,
}

/// What one target should hold of the person, or of another thing.
#[derive(Debug, Clone, Serialize)]
pub struct MapTarget {
    pub target: String,
    /// How confidential what it may have is, at most.
    pub release: Visibility,
    /// `present`, `inactive`, `kept`, `disabled`, `deleted`, `held` or `out of scope`.
    pub state: &'static str,
    /// Why it is not simply present.
    pub reason: Option<String>,
    /// Of a person only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Id>,
    /// Which of the person's accounts it is: nothing for the ordinary one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    pub login: Option<String>,
    /// The relative name, in a tree.
    pub object_name: Option<String>,
    /// The units from the top down to the one whose container the object lies in; none is the top.
    pub place: Option<Vec<String>>,
    pub manager: Option<MapManager>,
    /// What decides whether there is an object at all.
    pub when: Option<MapRule>,
    /// The narrower scopes of what may be done, where there is a condition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<MapScope>,
    /// The rule that gives the relative name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_by: Option<MapRule>,
    /// The rule that says where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed_by: Option<MapRule>,
    pub attributes: Vec<MapAttribute>,
}

/// Whether something may be done to the object.
#[derive(Debug, Clone, Serialize)]
pub struct MapScope {
    pub deed: Deed,
    #[serde(flatten)]
    pub rule: MapRule,
}

#[derive(Debug, Clone, Serialize)]
pub struct MapManager {
    pub person: Id,
    pub name: String,
    pub login: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MapAttribute {
    pub attribute: String,
    pub authority: Authority,
    /// What becomes of a value in the target when the rule says nothing: `clear` or `keep`.
    pub empty: &'static str,
    #[serde(flatten)]
    pub rule: MapRule,
    /// What the object was seen to hold; `map test` does not look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<MapSeen>,
}

/// A value beside the one that is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapSeen {
    pub values: Vec<Value>,
    pub comparison: Comparison,
}

/// How what is seen stands to what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    Equal,
    /// It is to be written.
    Differs,
    /// The wanted value was written, and the target shows this instead: it is not written again.
    Accepted,
    /// Another, and not to be written: the authority, a scope or a hold leaves it as it is.
    Left,
    /// Nothing is wanted of it: who left keeps it as it is.
    Kept,
}

#[derive(Debug, Clone, Serialize)]
pub struct MapRule {
    pub values: Vec<Value>,
    /// The expression as written.
    pub rule: String,
    pub sources: Vec<MapSource>,
    /// Why there is no value.
    pub nothing: Option<String>,
    /// Why no value can be had.
    pub problem: Option<String>,
}

/// Something that a rule reads.
#[derive(Debug, Clone, Serialize)]
pub struct MapSource {
    pub path: String,
    pub values: Vec<Value>,
    pub facts: Vec<MapFact>,
    /// There is a value, but it is more confidential than what the target may have.
    pub withheld: Option<Visibility>,
}

#[derive(Debug, Clone, Serialize)]
pub struct MapFact {
    pub kind: FactKind,
    pub id: Id,
    /// Who said so; `map test` does not look.
    #[serde(flatten)]
    pub said: Option<MapSaid>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MapSaid {
    pub source: String,
    pub actor: String,
    pub known_from: Instant,
    pub valid_from: Option<Day>,
    pub valid_to: Option<Day>,
    /// Why it was written; left out where the target may not have what the fact says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
