//! A leave: days on which a person is away, from one engagement or from all.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave<R = Id> {
    pub person: R,
    /// None is a leave from all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<R>,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub leave_type: Option<R>,
}

impl<R> Leave<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Leave<S>, E> {
        let person = reference::one("person", FactKind::Person, self.person, map)?;
        let engagement = reference::maybe("engagement", FactKind::Engagement, self.engagement, map)?;
        let leave_type = reference::maybe("type", FactKind::Class, self.leave_type, map)?;
        Ok(Leave { person, engagement, leave_type })
    }
}
