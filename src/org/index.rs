//! Which things belong to which: ids by the id they name, in the order of ids.

use std::collections::{BTreeMap, BTreeSet};

use super::id::Id;

#[derive(Debug, Default)]
pub(super) struct Index(BTreeMap<Id, BTreeSet<Id>>);

impl Index {
    pub(super) fn add(&mut self, owner: &Id, member: &Id) {
        self.0.entry(owner.clone()).or_default().insert(member.clone());
    }

    pub(super) fn add_each<'a>(&mut self, owners: impl IntoIterator<Item = &'a Id>, member: &Id) {
        for owner in owners {
            self.add(owner, member);
        }
    }

    /// The things of `owner`, looked up among `things`.
    pub(super) fn of<'a, T>(
        &'a self,
        owner: &Id,
        things: &'a BTreeMap<Id, T>,
    ) -> impl Iterator<Item = (&'a Id, &'a T)> {
        self.0.get(owner).into_iter().flatten().filter_map(|id| things.get_key_value(id))
    }
}
