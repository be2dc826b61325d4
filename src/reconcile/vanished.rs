//! Containers of which nothing that is ours is shown any more. One object that is not found may have been deleted; when
//! all of a container are gone at once, it is most likely the right to read it that is missing.

use std::collections::{BTreeMap, HashSet};

use super::diff::Diff;
use crate::object::{Clause, Covered, Fate, Handle, Kind, Missing, Presence, Referent, Wanted};
use crate::org::Id;
use crate::org::sentence::{Sentence, also};

/// A single object that is not found is held by itself, with its reason.
const LEAST: usize = 2;

/// Where objects lie that are not shown: in a unit of ours, or at the top.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Container {
    Unit(Id),
    Top(Kind),
}

impl Diff<'_> {
    /// Of each container that shows nothing of ours some objects: whether these are found by their ids tells whether
    /// the container is hidden, or was only not read.
    pub fn samples(&self, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> Vec<Id> {
        self.vanished(wanted).into_values().flat_map(|keys| keys.into_iter().take(LEAST)).collect()
    }

    /// One statement for each container of which nothing is found, where nothing proves that it was deleted.
    pub(super) fn hidden(&self, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> Vec<Missing> {
        let statement = |(container, keys): (Container, Vec<Id>)| {
            let is_deleted = |key: &Id| matches!(self.lost.get(key), Some(Fate::Deleted(_)));
            let unproved: Vec<&Id> = keys.iter().filter(|key| !is_deleted(key)).collect();
            let known = unproved.iter().find_map(|key| match self.lost.get(*key) {
                Some(Fate::Unproven(known)) => Some(known),
                _ => None,
            })?;
            if unproved.len() < LEAST {
                return None;
            }
            let scope = match &container {
                Container::Unit(unit) => Covered::LiesIn.with([&self.label(unit, wanted)]),
                Container::Top(kind) => Covered::at_top(*kind).said(),
            };
            let why = also(&Clause::NothingReadable.with([&unproved.len()]), known);
            let why = also(&why, &Clause::OnlineSaysWhich.said());
            Some(Missing { scope, why })
        };
        self.vanished(wanted).into_iter().filter_map(statement).collect()
    }

    /// The keys of all that is linked and not shown, by container, for containers that show nothing of ours.
    fn vanished(&self, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> BTreeMap<Container, Vec<Id>> {
        let mut containers: BTreeMap<Container, Vec<Id>> = BTreeMap::new();
        if !self.around.tree {
            return containers;
        }
        for (key, _) in self.unseen() {
            if let Some(container) = self.lies_in(&key, wanted) {
                containers.entry(container).or_default().push(key);
            }
        }
        if containers.is_empty() {
            return containers;
        }
        let parents: HashSet<&Handle> = self.present.values().filter_map(|present| present.parent.as_ref()).collect();
        containers.retain(|container, _| {
            let handle = match container {
                Container::Unit(unit) => self.present.get(unit).map(|present| &present.handle),
                Container::Top(kind) => self.around.roots.get(kind),
            };
            handle.is_none_or(|handle| !parents.contains(handle))
        });
        // what is known of the unit itself tells most
        for (container, keys) in &mut containers {
            keys.sort_by_key(|key| *container != Container::Unit(key.clone()));
        }
        containers
    }

    /// The topmost unit above `key` that is not shown, else the one it lies in. A unit that is not shown is counted with
    /// what lies in it.
    fn lies_in(&self, key: &Id, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> Option<Container> {
        let mut here = key.clone();
        let mut top = None;
        let mut been = HashSet::new();
        while been.insert(here.clone()) {
            let Some(Ok(desired)) = wanted(&here) else { break };
            if matches!(desired.presence, Presence::Deleted { .. }) {
                break; // it is to be gone
            }
            let is_lost = !self.present.contains_key(&here) && self.around.links.object(&here).is_some();
            if is_lost && desired.kind == Kind::Unit {
                top = Some(Container::Unit(here.clone()));
            }
            match desired.parent {
                Some(Referent::Key(unit)) => {
                    if top.is_none() {
                        top = Some(Container::Unit(unit.clone()));
                    }
                    here = unit;
                }
                _ if top.is_none() => return Some(Container::Top(desired.kind)),
                _ => break,
            }
        }
        top
    }

    fn label(&self, unit: &Id, wanted: &(dyn Fn(&Id) -> Wanted + Sync)) -> String {
        match (self.present.get(unit), wanted(unit)) {
            (Some(present), _) => present.handle.to_string(),
            (None, Some(Ok(desired))) => desired.label,
            (None, _) => unit.to_string(),
        }
    }
}
