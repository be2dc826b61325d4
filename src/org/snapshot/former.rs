//! Who has been in the roster and is not: what they were called when they were there last.

use std::collections::BTreeMap;

use super::{Snapshot, SnapshotBuilder};
use crate::org::{Day, Id, Person};

/// What is kept of a person whom the roster no longer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Former {
    pub full_name: Box<str>,
    pub nickname: Option<Box<str>>,
}

impl Former {
    /// The name a person went by: the nickname where there was one.
    pub fn display_name(&self) -> &str {
        self.nickname.as_deref().unwrap_or(&self.full_name)
    }
}

impl From<&Person> for Former {
    fn from(person: &Person) -> Self {
        Self { full_name: person.full_name().into(), nickname: person.nickname.as_deref().map(Into::into) }
    }
}

/// The last version of everybody whose time has ended, with its end.
pub(super) type Ended = BTreeMap<Id, (Day, Former)>;

/// Takes a version that ended; the latest one counts.
pub(super) fn keep(ended: &mut Ended, id: &Id, end: Day, person: &Person) {
    if ended.get(id).is_none_or(|(last, _)| *last <= end) {
        ended.insert(id.clone(), (end, Former::from(person)));
    }
}

impl SnapshotBuilder {
    /// People who have an account, and of whom no version was added: their facts were corrected away.
    pub fn strangers(&self) -> Vec<Id> {
        let holders = self.snapshot.accounts.values().filter_map(|account| account.person.as_ref());
        let mut strangers: Vec<Id> =
            holders.filter(|person| !self.people_days.contains_key(*person)).cloned().collect();
        strangers.sort();
        strangers.dedup();
        strangers
    }

    /// What such a person was called before.
    pub fn was_called(&mut self, id: Id, person: &Person) {
        self.snapshot.former.insert(id, Former::from(person));
    }
}

impl Snapshot {
    /// Who has been here, is not, and is not to come: the roster still knows what they were called.
    pub fn former(&self, person: &Id) -> Option<&Former> {
        self.former.get(person)
    }

    /// All of them.
    pub fn formers(&self) -> impl Iterator<Item = (&Id, &Former)> {
        self.former.iter()
    }

    /// Given name and surname: of the day, of the first day to come, or of the last day here.
    pub fn full_name(&self, person: &Id) -> Option<String> {
        let here = self.person_here_or_coming(person).map(Person::full_name);
        here.or_else(|| self.former(person).map(|former| former.full_name.to_string()))
    }
}
