//! Counts what is managed while objects stream through: one counter for each container, and nothing of an object but
//! who cannot sign in, for the groups that are never to be empty. Knows no limit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::population::{Guarded, Population, Subtree};
use crate::object::{Handle, Kind, ObjectId, Observed, Op, Protection, Referent, Siblings, Step, Value, aspect};

/// A count under way.
#[derive(Debug, Default)]
pub(super) struct Census {
    population: Population,
    /// Linked users that are enabled, by the container that they lie in.
    containers: HashMap<Handle, u64>,
    /// Whoever was seen and cannot sign in.
    unusable: HashSet<ObjectId>,
    /// Groups that are never to be empty, with their members.
    guarded: Vec<(ObjectId, String, Vec<Handle>)>,
    /// Members of the groups that members leave.
    groups: HashMap<ObjectId, u64>,
}

impl Census {
    /// Takes note of any object, ours or not. `never_empty` names groups.
    pub fn see(&mut self, observed: &Observed, never_empty: &[String], siblings: Siblings) {
        match observed.kind {
            Kind::User | Kind::Contact if observed.enabled != Some(true) => {
                self.unusable.insert(observed.id.clone());
            }
            Kind::Group => {
                let is_named = |name: &String| siblings.folded(name) == siblings.folded(&observed.name);
                let is_protected = observed.protected.as_ref().is_some_and(Protection::keeps_memberships);
                let Some(members) = observed.members.as_ref().filter(|members| !members.is_empty()) else { return };
                if is_protected || never_empty.iter().any(is_named) {
                    self.guarded.push((observed.id.clone(), observed.name.clone(), members.clone()));
                }
            }
            _ => {}
        }
    }

    /// Counts an object of ours.
    pub fn ours(&mut self, observed: &Observed) {
        self.population.objects += 1;
        *self.population.kinds.entry(observed.kind).or_default() += 1;
        if observed.kind == Kind::User && observed.enabled == Some(true) {
            self.population.users += 1;
            if let Some(container) = &observed.parent {
                *self.containers.entry(container.clone()).or_default() += 1;
            }
        }
    }

    /// Counts the members of a group that are ours; `all` are all that it has.
    pub fn members(&mut self, group: &ObjectId, ours: u64, all: usize) {
        self.population.members += ours;
        self.groups.insert(group.clone(), all as u64);
    }

    /// The population as far as it matters for these steps. `root` is the base of users, `place` tells where a user lies.
    pub fn finish<'a>(
        self,
        steps: &[Step],
        root: Option<&Handle>,
        place: impl Fn(&Step) -> Option<&'a Handle>,
        handles: &HashMap<Handle, ObjectId>,
    ) -> Population {
        let mut population = self.population;
        if let Some(root) = root {
            let level = Level::find(root, &self.containers);
            let mut subtrees = level.subtrees(&self.containers);
            let counts = |step: &&Step| step.kind == Kind::User && is_counted_by_subtree(step);
            for step in steps.iter().filter(counts) {
                let name = place(step).and_then(|place| level.name(place));
                if let (Some(object), Some(subtree)) = (&step.object, name.and_then(|name| subtrees.get_mut(name))) {
                    subtree.planned.insert(object.clone());
                }
            }
            subtrees.retain(|_, subtree| !subtree.planned.is_empty());
            population.subtrees = subtrees;
        }
        let leaving = steps.iter().filter(|step| step.op == Op::RemoveMembers).filter_map(|step| step.object.as_ref());
        population.groups =
            leaving.filter_map(|group| Some((group.clone(), *self.groups.get(group)?))).collect::<BTreeMap<_, _>>();
        let lost: HashSet<&ObjectId> = steps.iter().flat_map(lost).collect();
        let guarded = self.guarded.into_iter().map(|(object, name, members)| {
            let seen = members.iter().filter_map(|member| handles.get(member));
            let members: BTreeSet<ObjectId> = seen.filter(|id| !self.unusable.contains(*id)).cloned().collect();
            Guarded { object, name, members }
        });
        population.guarded = guarded.filter(|one| one.members.iter().any(|member| lost.contains(member))).collect();
        population.guarded.sort();
        population
    }
}

/// What limits of a subtree count.
fn is_counted_by_subtree(step: &Step) -> bool {
    matches!(step.op, Op::Disable | Op::Delete | Op::Move)
}

/// Whoever may be gone from a group by a step.
fn lost(step: &Step) -> Vec<&ObjectId> {
    let leaving = step.change(aspect::MEMBERS).into_iter().flat_map(|change| &change.before);
    match step.op {
        Op::Disable | Op::Delete => step.object.iter().collect(),
        Op::RemoveMembers => leaving.filter_map(object).collect(),
        _ => Vec::new(),
    }
}

fn object(value: &Value) -> Option<&ObjectId> {
    match value {
        Value::Reference(Referent::Object(object)) => Some(object),
        _ => None,
    }
}

/// The container whose containers are the subtrees: the base of users, or where everybody lies in one container of it,
/// that one, and so on.
#[derive(Debug)]
struct Level(String);

impl Level {
    fn find(root: &Handle, containers: &HashMap<Handle, u64>) -> Self {
        let mut level = Self(root.as_str().to_owned());
        loop {
            let below: BTreeSet<Option<&str>> = containers.keys().map(|container| level.name(container)).collect();
            match below.into_iter().collect::<Vec<_>>().as_slice() {
                // one that lies elsewhere is none of these, and looks as if it lay in the base itself
                [Some(only)] if containers.keys().any(|container| container.as_str() != level.child(only)) => {
                    level = Self(level.child(only));
                }
                _ => return level,
            }
        }
    }

    fn child(&self, name: &str) -> String {
        format!("{name},{}", self.0)
    }

    /// The container of this level that a handle lies in or is; none of what lies directly here, or elsewhere.
    fn name<'a>(&self, handle: &'a Handle) -> Option<&'a str> {
        let below = handle.as_str().strip_suffix(self.0.as_str())?.strip_suffix(',')?;
        Some(last(below))
    }

    fn subtrees(&self, containers: &HashMap<Handle, u64>) -> BTreeMap<String, Subtree> {
        let mut subtrees: BTreeMap<String, Subtree> = BTreeMap::new();
        for (container, users) in containers {
            if let Some(name) = self.name(container) {
                subtrees.entry(name.to_owned()).or_default().users += users;
            }
        }
        subtrees
    }
}

/// The last component of a name in the form of handles, where a comma within a value is escaped.
fn last(name: &str) -> &str {
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in name.char_indices() {
        if c == ',' && !escaped {
            start = at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    name.get(start..).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn containers(names: &[(&str, u64)]) -> HashMap<Handle, u64> {
        names.iter().map(|(name, users)| (Handle::new(*name), *users)).collect()
    }

    fn found(names: &[(&str, u64)]) -> Vec<(String, u64)> {
        let containers = containers(names);
        let level = Level::find(&Handle::new("dc=x"), &containers);
        level.subtrees(&containers).into_iter().map(|(name, subtree)| (name, subtree.users)).collect()
    }

    #[test]
    fn subtrees_are_the_containers_below_the_base() {
        let names = [("ou=a,ou=skole,dc=x", 3), ("ou=skole,dc=x", 2), ("ou=it,dc=x", 4), ("dc=x", 1), ("dc=y", 9)];
        assert_eq!(found(&names), [("ou=it".to_owned(), 4), ("ou=skole".to_owned(), 5)]);
    }

    #[test]
    fn one_unit_on_top_of_all_is_passed() {
        let names = [("ou=a,ou=kommune,dc=x", 3), ("ou=b\\,c,ou=kommune,dc=x", 4)];
        assert_eq!(found(&names), [("ou=a".to_owned(), 3), ("ou=b\\,c".to_owned(), 4)]);
        assert_eq!(found(&[("ou=kommune,dc=x", 3)]), [("ou=kommune".to_owned(), 3)]);
        assert_eq!(found(&[("dc=x", 3)]), []);
    }
}
