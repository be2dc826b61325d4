//! The answer of `find`: things of the roster, best first.

use serde::Serialize;

use crate::org::Day;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindDocument {
    /// What was looked for.
    pub text: String,
    /// The day that the names are of.
    pub at: Day,
    pub matches: Vec<Match>,
    /// Further matches, not listed.
    pub rest: u64,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// A kind of the exchange format.
    pub kind: String,
    pub id: String,
    pub name: String,
    /// Where it belongs, for people.
    pub detail: String,
    /// What the words were found in.
    pub matched: Vec<Matched>,
}

/// A value that a word was found in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matched {
    /// `name`, `nickname`, `id`, `key`, `login`, `number`, …
    pub field: String,
    pub value: String,
}
