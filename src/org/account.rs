//! An account of a person (or of a unit) in one system.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

/// One account per person, system and account kind. Those that rosterd makes have the source `rosterd`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(serialize = "R: Serialize + Ord", deserialize = "R: Deserialize<'de> + Ord"))]
pub struct Account<R = Id> {
    /// Exactly one of person and unit is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<R>,
    /// The target's name.
    pub system: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The account's immutable id in the system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Which of a person's accounts in the system it is, such as `admin`; none is the ordinary one. Written
    /// `account_kind` in files, because `kind` says what kind of fact a line is.
    #[serde(rename = "account_kind", skip_serializing_if = "Option::is_none")]
    pub account_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    /// The engagements that the account serves; none listed is all of them.
    #[serde(
        default = "BTreeSet::new",
        deserialize_with = "super::custom::none_is_empty",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub engagements: BTreeSet<R>,
}

impl<R> Account<R> {
    pub(super) fn map<S: Ord, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Account<S>, E> {
        Ok(Account {
            person: reference::maybe("person", FactKind::Person, self.person, map)?,
            unit: reference::maybe("unit", FactKind::Unit, self.unit, map)?,
            system: self.system,
            login: self.login,
            external_id: self.external_id,
            account_kind: self.account_kind,
            primary: self.primary,
            engagements: reference::many("engagements", FactKind::Engagement, self.engagements, map)?,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.person.is_some() == self.unit.is_some() {
            problems.push("an account belongs to exactly one of person and unit".into());
        }
        if self.system.trim().is_empty() {
            problems.push("the system is empty".into());
        }
        problems
    }
}
