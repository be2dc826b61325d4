//! A key: what a source calls a thing of the roster.

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::reference::{Field, Map};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key<R = Id> {
    /// The thing, of any kind.
    pub of: R,
    pub source: String,
    pub value: String,
}

impl<R> Key<R> {
    pub(super) fn map<S, E>(self, map: &mut Map<'_, R, S, E>) -> Result<Key<S>, E> {
        let of = map(Field { name: "of", expects: None }, self.of)?;
        Ok(Key { of, source: self.source, value: self.value })
    }

    pub(super) fn problems(&self) -> Vec<String> {
        if self.source.is_empty() || self.value.is_empty() {
            return vec!["a key needs a source and a value".into()];
        }
        Vec::new()
    }
}
