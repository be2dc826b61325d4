//! Why a file was not taken, whatever its form.

use crate::org::Problem;

/// Nothing comes out of such a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file could not be read")]
    Io(#[from] std::io::Error),
    /// Not a byte: it says nothing, not even that nothing is there.
    #[error("the file is empty: not even a header is there")]
    Empty,
    #[error("{}", list(.0))]
    Problems(Vec<Problem>),
}

impl From<crate::org::Damaged> for ReadError {
    fn from(damaged: crate::org::Damaged) -> Self {
        Self::Problems(damaged.into())
    }
}

fn list(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
