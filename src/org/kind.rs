//! The kinds of facts, in their canonical order. Knows the names of the exchange format, not the fields.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::nearest::instead;

/// The kind of a fact. The order is the canonical one: what is named stands before what names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    Class,
    Unit,
    Position,
    Person,
    Engagement,
    Manager,
    Association,
    Leave,
    Account,
    Contact,
    Group,
    Membership,
    Relation,
    Key,
}

/// A name that is no kind of fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of fact: {instead}", instead = instead(.0, &FactKind::ALL.map(FactKind::name)))]
pub struct UnknownKind(pub String);

impl FactKind {
    /// Every kind of the exchange format, in canonical order.
    pub const ALL: [Self; 14] = [
        Self::Class,
        Self::Unit,
        Self::Position,
        Self::Person,
        Self::Engagement,
        Self::Manager,
        Self::Association,
        Self::Leave,
        Self::Account,
        Self::Contact,
        Self::Group,
        Self::Membership,
        Self::Relation,
        Self::Key,
    ];

    /// The name in the exchange format and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Unit => "unit",
            Self::Position => "position",
            Self::Person => "person",
            Self::Engagement => "engagement",
            Self::Manager => "manager",
            Self::Association => "association",
            Self::Leave => "leave",
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Group => "group",
            Self::Membership => "membership",
            Self::Relation => "relation",
            Self::Key => "key",
        }
    }
}

impl FromStr for FactKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
