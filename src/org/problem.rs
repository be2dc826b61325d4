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

/// How many problems of a file are looked for: with so many the file is another one than was meant.
pub const MOST_PROBLEMS: usize = 1_000;

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

/// The first problems of a file, found in any order.
#[derive(Debug, Default)]
pub(super) struct FirstProblems(Vec<(u64, Problem)>);

impl FirstProblems {
    /// Takes a problem of the line at a place. Those of one line come in their order.
    pub(super) fn push(&mut self, at: u64, problem: Problem) {
        self.0.push((at, problem));
        if self.0.len() >= 8 * MOST_PROBLEMS {
            self.cut();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps the lines up to the one that makes the number full.
    fn cut(&mut self) {
        self.0.sort_by_key(|(at, _)| *at);
        if let Some((last, _)) = self.0.get(MOST_PROBLEMS - 1) {
            let last = *last;
            self.0.retain(|(at, _)| *at <= last);
        }
    }

    /// All problems of the first lines that have any, about as many as are looked for.
    pub(super) fn whole_lines(mut self) -> Vec<Problem> {
        self.cut();
        self.0.into_iter().map(|(_, problem)| problem).collect()
    }

    /// As many problems as are looked for.
    pub(super) fn first(self) -> Vec<Problem> {
        let mut problems = self.whole_lines();
        problems.truncate(MOST_PROBLEMS);
        problems
    }

    /// The first problems, if there are any.
    pub(super) fn finish(self) -> Result<(), Vec<Problem>> {
        if self.is_empty() { Ok(()) } else { Err(self.first()) }
    }
}

impl From<super::packed::Damaged> for Vec<Problem> {
    fn from(damaged: super::packed::Damaged) -> Self {
        vec![Problem::of_line(0, damaged.to_string())]
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}
