//! What is wrong with a line of a file, for the person who has to mend it.

use std::fmt;

use serde::Serialize;

/// One problem. Lines and columns count from 1; a problem of a whole line has the column 1. Never holds a national id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub line: u64,
    pub column: u64,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// How many problems of a file are worth showing at once.
pub const MOST_PROBLEMS: usize = 20;

impl Problem {
    pub fn of_line(line: u64, message: impl Into<String>) -> Self {
        Self { line, column: 1, message: message.into(), hint: None }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}
