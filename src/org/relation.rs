//! A relation between two things of any kind, such as two units that work as one.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Field, Map};

/// It has a direction: `from` stands in the relation to `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation<R = Id> {
    pub from: R,
    pub to: R,
    /// A class.
    #[serde(rename = "type")]
    pub relation_type: R,
}

impl<R> Relation<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Relation<S>, E> {
        let from = map(Field { name: "from", expects: None }, self.from)?;
        let to = map(Field { name: "to", expects: None }, self.to)?;
        let relation_type = reference::one("type", FactKind::Class, self.relation_type, map)?;
        Ok(Relation { from, to, relation_type })
    }
}

impl<R: PartialEq> Relation<R> {
    pub(super) fn problems(&self) -> Vec<String> {
        if self.from == self.to {
            return vec!["a relation is between two things, not of one to itself".into()];
        }
        Vec::new()
    }
}
