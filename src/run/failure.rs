//! Why a command could not be carried out at all.

use serde::{Deserialize, Serialize};

use crate::run::command::Exit;
use crate::store::StoreError;

/// A command that ended without an answer: what was attempted, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
    pub hint: Option<String>,
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With the causes of an error, outermost first.
    pub fn because(exit: Exit, attempted: &str, error: &dyn std::error::Error) -> Self {
        let mut message = format!("{attempted}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(exit, message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Altered(_) => Self::new(Exit::Held, format!("{error}: it is refused"))
                .hint("`rosterd plan` proposes what is right now; find out who changed the file"),
            StoreError::LeaseLost { .. } => Self::because(Exit::Busy, "the roster", &error),
            _ => Self::because(Exit::Failed, "the roster", &error),
        }
    }
}
