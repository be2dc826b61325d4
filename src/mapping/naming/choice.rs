//! What was chosen for somebody, and why not something else.

use std::fmt;

use crate::object::{Clause, NameKind, ObjectId};
use crate::org::Id;
use crate::org::sentence::{BETWEEN, Sentence};

/// A name of one of a person's accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The kind of account; empty for the ordinary one.
    pub account: Box<str>,
    pub what: NameKind,
    pub name: Box<str>,
    /// The account has it already.
    pub kept: bool,
    /// How it came about, of one that is given now; without it, the first pattern gave it at once. Of one that is kept, why
    /// no other is given.
    pub why: Option<Box<Why>>,
}

/// How a choice came about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// The place of the pattern that gave it.
    pub pattern: usize,
    /// What was passed over before it, from the first on.
    pub passed: Vec<Passed>,
    /// How many more were.
    pub more: u32,
    /// The name that it takes the place of.
    pub instead_of: Option<Box<str>>,
    /// It takes that place only when somebody approves.
    pub gated: bool,
    /// Who had it before, for so long ago that it may be given again.
    pub former: Option<Id>,
    /// Why the person, who is called otherwise now, keeps the name.
    pub waits: Option<String>,
}

/// A name that somebody did not get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub name: String,
    pub by: Taker,
}

/// Why a name is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taker {
    /// It is, or was ever, this person's.
    Person(Id),
    /// An object of a target has it.
    Object { target: String, object: ObjectId },
    /// Nobody gets it.
    Forbidden,
    /// It contains what no name contains.
    Part(String),
    /// It is empty.
    Empty,
    /// It has a character that no name of its kind has.
    Character(NameKind, char),
    /// A dot stands at its start or end, or beside another.
    Dots,
}

impl Why {
    /// Names that are told of those that were passed over.
    const TOLD: usize = 5;

    pub(super) fn pass(&mut self, name: String, by: Taker) {
        if self.passed.len() < Self::TOLD {
            self.passed.push(Passed { name, by });
        } else {
            self.more += 1;
        }
    }

    /// What was passed over, as a text.
    pub fn told(&self) -> String {
        let passed = self.passed.iter().map(ToString::to_string);
        let more = (self.more > 0).then(|| Clause::NamesMore.with([&self.more]));
        passed.chain(more).collect::<Vec<_>>().join(BETWEEN)
    }
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by.told_of(&self.name))
    }
}

impl Taker {
    fn told_of(&self, name: &str) -> String {
        match self {
            Self::Person(person) => Clause::WasGivenTo.with([&name, person]),
            Self::Object { target, object } => Clause::IsTakenBy.with([&name, object, target]),
            Self::Forbidden => Clause::NobodyGets.with([&name]),
            Self::Part(part) => Clause::ContainsPart.with([&name, &format_args!("{part:?}")]),
            Self::Empty => Clause::EmptyName.said(),
            Self::Character(what, wrong) => Clause::HoldsNo.with([&name, what, &format_args!("{wrong:?}")]),
            Self::Dots => Clause::DotsApart.with([&name]),
        }
    }
}

/// Said of a name that stands before it.
impl fmt::Display for Taker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.told_of("").trim_start())
    }
}
