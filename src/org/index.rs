//! Which things belong to which: ids by the id they name, in the order of ids.

use std::collections::BTreeMap;

use super::id::Id;

/// Pairs of owner and member: a set for each owner would take eight times the memory where most own one thing.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<(Id, Id)>);

impl Index {
    pub(super) fn add(&mut self, owner: &Id, member: &Id) {
        self.0.push((owner.clone(), member.clone()));
    }

    pub(super) fn add_each<'a>(&mut self, owners: impl IntoIterator<Item = &'a Id>, member: &Id) {
        for owner in owners {
            self.add(owner, member);
        }
    }

    /// Everything was added: from now on things are found.
    pub(super) fn close(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.shrink_to_fit();
    }

    /// The things of `owner`, looked up among `things`.
    pub(super) fn of<'a, T>(
        &'a self,
        owner: &Id,
        things: &'a BTreeMap<Id, T>,
    ) -> impl Iterator<Item = (&'a Id, &'a T)> {
        let first = self.0.partition_point(|(there, _)| there < owner);
        let rest = self.0.get(first..).unwrap_or_default();
        let own = rest.get(..rest.partition_point(|(there, _)| there == owner)).unwrap_or_default();
        own.iter().filter_map(|(_, id)| things.get_key_value(id))
    }
}
