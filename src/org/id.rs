//! The ids of roster things: opaque, unique over all kinds, compared byte by byte.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The id of one thing in the roster (a person, a unit, an engagement, an account, …).
///
/// Exchange files bring their own ids; rosterd makes none but those of the accounts it creates.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Arc<str>);

/// An [`Id`] that names a class of a vocabulary.
pub type ClassId = Id;

impl Id {
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
