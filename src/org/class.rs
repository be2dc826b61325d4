//! A class: one word of a vocabulary (a job function, a unit type, a level).

use serde::{Deserialize, Serialize};

use super::contact::Visibility;
use super::id::Id;
use super::kind::FactKind;
use super::reference::{self, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class<R = Id> {
    /// The vocabulary that the class belongs to, such as `job_function`.
    pub vocabulary: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<R>,
    /// What kind of value the class allows, where it types something; `internal` or `secret` says who may know that a
    /// thing is of this class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl<R> Class<R> {
    /// Who may know that a thing is of this class: everybody, unless its scope says otherwise.
    pub fn visibility(&self) -> Visibility {
        let is = |visibility: &Visibility| {
            self.scope.as_deref().is_some_and(|scope| scope.eq_ignore_ascii_case(visibility.as_str()))
        };
        [Visibility::Internal, Visibility::Secret].into_iter().find(is).unwrap_or_default()
    }

    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Class<S>, E> {
        let parent = reference::maybe("parent", FactKind::Class, self.parent, map)?;
        Ok(Class { vocabulary: self.vocabulary, name: self.name, parent, scope: self.scope })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.vocabulary.trim().is_empty() {
            problems.push("the vocabulary is empty".into());
        }
        if self.name.trim().is_empty() {
            problems.push("the name is empty".into());
        }
        problems
    }
}
