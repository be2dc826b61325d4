//! An engagement: one job of one person in one unit.

use serde::{Deserialize, Serialize};

use super::custom::{self, Custom};
use super::fraction::Fraction;
use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engagement<R = Id> {
    pub person: R,
    pub unit: R,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<R>,
    /// The employee number, as payroll writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// A class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_function: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A class.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub engagement_type: Option<R>,
    /// None is full time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fraction: Option<Fraction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
    #[serde(default, deserialize_with = "custom::none_is_empty", skip_serializing_if = "Custom::is_empty")]
    pub custom: Custom,
}

impl<R> Engagement<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Engagement<S>, E> {
        let person = reference::one("person", FactKind::Person, self.person, map)?;
        let unit = reference::one("unit", FactKind::Unit, self.unit, map)?;
        let position = reference::maybe("position", FactKind::Position, self.position, map)?;
        let job_function = reference::maybe("job_function", FactKind::Class, self.job_function, map)?;
        let engagement_type = reference::maybe("type", FactKind::Class, self.engagement_type, map)?;
        Ok(Engagement {
            person,
            unit,
            position,
            number: self.number,
            job_function,
            title: self.title,
            engagement_type,
            fraction: self.fraction,
            primary: self.primary,
            custom: self.custom,
        })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        custom::problems(&self.custom)
    }
}
