//! A group, with listed members or by a rule.

use serde::{Deserialize, Serialize};

use super::custom::{self, Custom};
use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Field, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group<R = Id> {
    pub name: String,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub group_type: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// An expression that is true for each member; none for a group whose members are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Who answers for it: a person or a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<R>,
    #[serde(default, deserialize_with = "custom::none_is_empty", skip_serializing_if = "Custom::is_empty")]
    pub custom: Custom,
}

impl<R> Group<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Group<S>, E> {
        let group_type = reference::maybe("type", FactKind::Class, self.group_type, map)?;
        let owner = self.owner.map(|owner| map(Field { name: "owner", expects: None }, owner)).transpose()?;
        Ok(Group {
            name: self.name,
            group_type,
            description: self.description,
            rule: self.rule,
            owner,
            custom: self.custom,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = custom::problems(&self.custom);
        if self.name.trim().is_empty() {
            problems.push("the name is empty".into());
        }
        problems
    }
}
