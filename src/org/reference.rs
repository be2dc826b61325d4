//! How one fact names another: by id, or by a key that a source uses for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;

/// A reference as a file writes it. The facts of the roster hold plain ids: intake resolves keys by the `key` facts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged, expecting = "a reference is an id or {\"source\":…,\"key\":…}")]
pub enum Reference {
    Id(Id),
    Key(SourceKey),
}

/// A thing by the key that a source knows it by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceKey {
    pub source: String,
    pub key: String,
}

impl From<Id> for Reference {
    fn from(id: Id) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{:?}", id.as_str()),
            Self::Key(SourceKey { source, key }) => write!(f, "the key {key:?} of {source:?}"),
        }
    }
}

/// What a reference field of a fact points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    /// The kind that the thing must be of; `None` where any will do.
    pub expects: Option<FactKind>,
}

/// Turns each reference of a fact into another form, or says why it cannot.
pub(super) type Map<'a, R, S, E> = dyn FnMut(Field, R) -> Result<S, E> + 'a;

pub(super) fn one<R, S, E>(name: &'static str, kind: FactKind, value: R, map: &mut Map<'_, R, S, E>) -> Result<S, E> {
    map(Field { name, expects: Some(kind) }, value)
}

pub(super) fn maybe<R, S, E>(
    name: &'static str,
    kind: FactKind,
    value: Option<R>,
    map: &mut Map<'_, R, S, E>,
) -> Result<Option<S>, E> {
    value.map(|value| one(name, kind, value, map)).transpose()
}

pub(super) fn many<R, S: Ord, E>(
    name: &'static str,
    kind: FactKind,
    values: std::collections::BTreeSet<R>,
    map: &mut Map<'_, R, S, E>,
) -> Result<std::collections::BTreeSet<S>, E> {
    values.into_iter().map(|value| one(name, kind, value, map)).collect()
}
