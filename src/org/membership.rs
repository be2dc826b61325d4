//! A membership: one listed member of one group.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

/// Exactly one of the four members is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership<R = Id> {
    pub group: R,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_person: Option<R>,
    /// Everyone in the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_unit: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_group: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_account: Option<R>,
}

impl<R> Membership<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Membership<S>, E> {
        Ok(Membership {
            group: reference::one("group", FactKind::Group, self.group, map)?,
            member_person: reference::maybe("member_person", FactKind::Person, self.member_person, map)?,
            member_unit: reference::maybe("member_unit", FactKind::Unit, self.member_unit, map)?,
            member_group: reference::maybe("member_group", FactKind::Group, self.member_group, map)?,
            member_account: reference::maybe("member_account", FactKind::Account, self.member_account, map)?,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let members = [&self.member_person, &self.member_unit, &self.member_group, &self.member_account];
        if members.iter().filter(|member| member.is_some()).count() == 1 {
            return Vec::new();
        }
        vec!["a membership has exactly one of member_person, member_unit, member_group and member_account".into()]
    }
}
