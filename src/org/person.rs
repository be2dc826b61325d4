//! A person. The national id is held sealed: see [`Sealed`].

use serde::{Deserialize, Serialize};

use super::custom::{self, Custom};
use super::id::Id;
use super::kind::FactKind;
use super::national_id::Sealed;
use super::reference::{self, Map};
use super::time::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person<R = Id> {
    /// May be empty: some people have one name only, and that is the surname.
    pub given_name: String,
    pub surname: String,
    /// Shown instead of the name where it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// A class, such as employee, external or robot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<R>,
    /// The person who answers for an external one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_id: Option<Sealed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Day>,
    #[serde(default, deserialize_with = "custom::none_is_empty", skip_serializing_if = "Custom::is_empty")]
    pub custom: Custom,
}

impl<R> Person<R> {
    /// Given name and surname, for people to read.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.surname).trim().to_owned()
    }

    /// The name a person goes by: the nickname where there is one.
    pub fn display_name(&self) -> String {
        self.nickname.clone().unwrap_or_else(|| self.full_name())
    }

    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Person<S>, E> {
        let category = reference::maybe("category", FactKind::Class, self.category, map)?;
        let sponsor = reference::maybe("sponsor", FactKind::Person, self.sponsor, map)?;
        Ok(Person {
            given_name: self.given_name,
            surname: self.surname,
            nickname: self.nickname,
            category,
            sponsor,
            national_id: self.national_id,
            birth_date: self.birth_date,
            custom: self.custom,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = custom::problems(&self.custom);
        if self.surname.trim().is_empty() {
            problems.push("the surname is empty".into());
        }
        problems
    }
}
