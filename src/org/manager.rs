//! A manager's post of a unit; vacant without a person.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + Ord", deserialize = "R: Deserialize<'de> + Ord"))]
pub struct Manager<R = Id> {
    pub unit: R,
    /// None while the post is vacant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<R>,
    /// The engagement through which the person holds the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<R>,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub manager_type: Option<R>,
    /// A class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<R>,
    /// Classes.
    #[serde(
        default = "BTreeSet::new",
        deserialize_with = "super::custom::none_is_empty",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub responsibilities: BTreeSet<R>,
}

impl<R> Manager<R> {
    pub(super) fn map<S: Ord, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Manager<S>, E> {
        Ok(Manager {
            unit: reference::one("unit", FactKind::Unit, self.unit, map)?,
            person: reference::maybe("person", FactKind::Person, self.person, map)?,
            engagement: reference::maybe("engagement", FactKind::Engagement, self.engagement, map)?,
            manager_type: reference::maybe("type", FactKind::Class, self.manager_type, map)?,
            level: reference::maybe("level", FactKind::Class, self.level, map)?,
            responsibilities: reference::many("responsibilities", FactKind::Class, self.responsibilities, map)?,
        })
    }
}
