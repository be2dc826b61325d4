//! Who is right where several sources state the same thing: for each kind and field, the sources in order.

use std::collections::BTreeMap;

use super::kind::FactKind;

/// The matrix of ownership. A kind without a row is not shared: whoever states a thing of it first owns it whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owners(pub BTreeMap<FactKind, KindOwners>);

/// The owners of the fields of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KindOwners {
    /// Of every field that is not listed. The first source that states a field gives its value.
    pub default: Vec<String>,
    /// By field; one custom attribute is `custom.NAME`.
    pub fields: BTreeMap<String, Vec<String>>,
}

impl Owners {
    /// The kinds that several sources may state together: those with attributes that different systems know.
    pub const KINDS: [FactKind; 5] =
        [FactKind::Unit, FactKind::Position, FactKind::Person, FactKind::Engagement, FactKind::Group];

    /// The owners of a kind, if `source` is one of them.
    pub fn sharing(&self, kind: FactKind, source: &str) -> Option<&KindOwners> {
        self.0.get(&kind).filter(|owners| owners.names(source))
    }
}

impl KindOwners {
    /// The sources of a field, the first one first.
    pub fn of(&self, field: &str) -> &[String] {
        self.fields.get(field).unwrap_or(&self.default)
    }

    /// Whether a source may state a field at all.
    pub fn may(&self, source: &str, field: &str) -> bool {
        self.of(field).iter().any(|owner| owner == source)
    }

    /// Whether a source owns anything here.
    pub fn names(&self, source: &str) -> bool {
        self.fields.values().chain([&self.default]).flatten().any(|owner| owner == source)
    }

    /// The place of a source among the owners of a field. A source that is no longer named comes last: what it said
    /// holds until somebody else says more.
    pub(super) fn rank(&self, source: &str, field: &str) -> usize {
        let owners = self.of(field);
        owners.iter().position(|owner| owner == source).unwrap_or(owners.len())
    }
}
