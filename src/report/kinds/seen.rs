//! What the last read of a target showed of accounts and groups, with whose they are. The observation that is kept is
//! enough: no target is asked.

use std::collections::BTreeMap;

use super::super::document::{Part, PartKind};
use super::super::phrases::Phrase;
use crate::object::ObjectId;
use crate::org::{Id, Instant, Person, Snapshot};

/// The last read of one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenTarget {
    pub target: String,
    /// When it was last read; none when it never was.
    pub read: Option<Instant>,
    pub accounts: BTreeMap<ObjectId, SeenAccount>,
    pub groups: BTreeMap<ObjectId, SeenGroup>,
}

/// An account that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenAccount {
    pub name: String,
    /// Where it lies, or its path.
    pub handle: String,
    pub enabled: bool,
    /// It is never touched, whatever the roster says.
    pub protected: bool,
    /// What it is linked to in the roster.
    pub key: Option<Id>,
    /// Whose it is.
    pub person: Option<Id>,
    /// Which of the person's accounts it is; empty for the ordinary one.
    pub account_kind: String,
}

/// A group that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenGroup {
    pub name: String,
    /// Those of them that were seen.
    pub members: Vec<ObjectId>,
}

impl SeenTarget {
    /// An empty part that says when the target was read. Of one that was never read nothing can be said.
    pub(super) fn part(&self, kind: &'static PartKind) -> Part {
        let mut part = Part { whole: self.read.is_some(), ..Part::new(kind, Some(&self.target)) };
        part.lines.push(self.read.map_or(Phrase::NeverRead.into(), |read| Phrase::LastRead.with([read.into()])));
        part
    }

    /// The accounts that can be used.
    pub(super) fn usable(&self) -> impl Iterator<Item = (&ObjectId, &SeenAccount)> {
        self.accounts.iter().filter(|(_, account)| account.enabled)
    }
}

/// What a person is called.
pub(super) fn called(snapshot: &Snapshot, person: &Id) -> String {
    let known = snapshot.person_here_or_coming(person);
    known
        .map(Person::display_name)
        .or_else(|| snapshot.former(person).map(|former| former.display_name().to_owned()))
        .unwrap_or_else(|| person.to_string())
}

/// The units from the top down to this one.
pub(super) fn path(snapshot: &Snapshot, unit: &Id) -> String {
    let names = snapshot.tree().path(unit).into_iter();
    let names = names.map(|id| snapshot.unit(id).map_or_else(|| id.to_string(), |unit| unit.name.clone()));
    names.collect::<Vec<_>>().join(" / ")
}
