//! A contact: an address, number or page of a person or a unit, and who may see it.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact<R = Id> {
    /// Exactly one of person and unit is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<R>,
    /// The engagement that it serves; none is all of the person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engagement: Option<R>,
    /// The account that it belongs to, such as a mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<R>,
    /// A class. It says what form the value has: see [`ContactForm`](super::ContactForm).
    #[serde(rename = "type")]
    pub contact_type: R,
    pub value: String,
    pub visibility: Visibility,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// Who may see a contact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    Public,
    /// Those who work here.
    Internal,
    /// Only those who keep the roster.
    Secret,
}

impl Visibility {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Secret => "secret",
        }
    }
}

impl<R> Contact<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Contact<S>, E> {
        Ok(Contact {
            person: reference::maybe("person", FactKind::Person, self.person, map)?,
            unit: reference::maybe("unit", FactKind::Unit, self.unit, map)?,
            engagement: reference::maybe("engagement", FactKind::Engagement, self.engagement, map)?,
            account: reference::maybe("account", FactKind::Account, self.account, map)?,
            contact_type: reference::one("type", FactKind::Class, self.contact_type, map)?,
            value: self.value,
            visibility: self.visibility,
            primary: self.primary,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.person.is_some() == self.unit.is_some() {
            problems.push("a contact belongs to exactly one of person and unit".into());
        }
        if self.engagement.is_some() && self.person.is_none() {
            problems.push("only a person's contact serves an engagement".into());
        }
        if self.value.trim().is_empty() {
            problems.push("the value is empty".into());
        }
        problems
    }
}
