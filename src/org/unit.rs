//! An organisational unit: a node of one of the organisation's trees.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::custom::{self, Custom};
use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit<R = Id> {
    pub name: String,
    /// The unit above; none at a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<R>,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub unit_type: Option<R>,
    /// A class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<R>,
    #[serde(default, deserialize_with = "custom::none_is_empty", skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    #[serde(default, deserialize_with = "custom::none_is_empty", skip_serializing_if = "Custom::is_empty")]
    pub custom: Custom,
}

impl<R> Unit<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Unit<S>, E> {
        let parent = reference::maybe("parent", FactKind::Unit, self.parent, map)?;
        let unit_type = reference::maybe("type", FactKind::Class, self.unit_type, map)?;
        let level = reference::maybe("level", FactKind::Class, self.level, map)?;
        Ok(Unit { name: self.name, parent, unit_type, level, tags: self.tags, custom: self.custom })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = custom::problems(&self.custom);
        if self.name.trim().is_empty() {
            problems.push("the name is empty".into());
        }
        problems
    }
}
