//! An association: a role in a unit beside the engagements, such as a seat on a committee; vacant without a person.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Association<R = Id> {
    pub unit: R,
    /// None while it is vacant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<R>,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub association_type: Option<R>,
    /// A class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_function: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// The person who stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub substitute: Option<R>,
    /// The account through which the person takes part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<R>,
}

impl<R> Association<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Association<S>, E> {
        Ok(Association {
            unit: reference::one("unit", FactKind::Unit, self.unit, map)?,
            person: reference::maybe("person", FactKind::Person, self.person, map)?,
            association_type: reference::maybe("type", FactKind::Class, self.association_type, map)?,
            job_function: reference::maybe("job_function", FactKind::Class, self.job_function, map)?,
            primary: self.primary,
            substitute: reference::maybe("substitute", FactKind::Person, self.substitute, map)?,
            account: reference::maybe("account", FactKind::Account, self.account, map)?,
        })
    }
}

impl<R: PartialEq> Association<R> {
    pub(super) fn problems(&self) -> Vec<String> {
        if self.substitute.is_some() && self.substitute == self.person {
            return vec!["nobody is a substitute for oneself".into()];
        }
        Vec::new()
    }
}
