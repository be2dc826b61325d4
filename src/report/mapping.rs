//! The answer of `map test`: what the rules make of one person, and why.

use serde::Serialize;

use crate::object::{Authority, Value};
use crate::org::{Day, FactKind, Id, Visibility};

#[derive(Debug, Clone, Serialize)]
pub struct MapDocument {
    pub person: Id,
    pub name: String,
    pub at: Day,
    pub targets: Vec<MapTarget>,
}

/// What one target should hold of the person.
#[derive(Debug, Clone, Serialize)]
pub struct MapTarget {
    pub target: String,
    /// How confidential what it may have is, at most.
    pub release: Visibility,
    /// `present`, `inactive`, `kept`, `disabled`, `deleted`, `held` or `out of scope`.
    pub state: &'static str,
    /// Why it is not simply present.
    pub reason: Option<String>,
    pub account: Id,
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
    pub attributes: Vec<MapAttribute>,
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
}
