//! A position of a unit: so many places for one kind of job, filled by the engagements that name it.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position<R = Id> {
    pub unit: R,
    pub title: String,
    /// A class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_function: Option<R>,
    /// How many engagements may hold it at a time; 0 while it is frozen.
    pub headcount: u32,
}

impl<R> Position<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Position<S>, E> {
        let unit = reference::one("unit", FactKind::Unit, self.unit, map)?;
        let job_function = reference::maybe("job_function", FactKind::Class, self.job_function, map)?;
        Ok(Position { unit, title: self.title, job_function, headcount: self.headcount })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        if self.title.trim().is_empty() {
            return vec!["the title is empty".into()];
        }
        Vec::new()
    }
}
