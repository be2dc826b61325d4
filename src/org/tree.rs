//! The tree of units on one day. Knows parents and children by id, nothing about what the units are.

use std::collections::{BTreeMap, BTreeSet};

use super::id::Id;

/// Which unit stands below which. A unit whose parent is not there is a root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    parents: BTreeMap<Id, Id>,
    children: BTreeMap<Id, Vec<Id>>,
    roots: Vec<Id>,
}

impl Tree {
    /// Builds the tree from each unit and the parent it names.
    pub fn new<'a>(units: impl Iterator<Item = (&'a Id, Option<&'a Id>)> + Clone) -> Self {
        let known: BTreeSet<&Id> = units.clone().map(|(unit, _)| unit).collect();
        let mut tree = Self::default();
        for (unit, parent) in units {
            match parent.filter(|parent| known.contains(parent)) {
                Some(parent) => {
                    tree.parents.insert(unit.clone(), parent.clone());
                    tree.children.entry(parent.clone()).or_default().push(unit.clone());
                }
                None => tree.roots.push(unit.clone()),
            }
        }
        tree
    }

    /// The units without a unit above them, in the order they were given.
    pub fn roots(&self) -> &[Id] {
        &self.roots
    }

    pub fn parent(&self, unit: &Id) -> Option<&Id> {
        self.parents.get(unit)
    }

    pub fn children(&self, unit: &Id) -> &[Id] {
        self.children.get(unit).map_or(&[], Vec::as_slice)
    }

    /// The units above, nearest first. Ends even in a cycle: no unit is named twice, nor the unit itself.
    pub fn ancestors(&self, unit: &Id) -> Vec<&Id> {
        let mut above: Vec<&Id> = Vec::new();
        let mut at = unit;
        while let Some(parent) = self.parents.get(at) {
            if parent == unit || above.contains(&parent) {
                break;
            }
            above.push(parent);
            at = parent;
        }
        above
    }

    /// How many units stand above: 0 for a root.
    pub fn depth(&self, unit: &Id) -> usize {
        self.ancestors(unit).len()
    }

    /// The way from the root down to the unit, which is the last.
    pub fn path<'a>(&'a self, unit: &'a Id) -> Vec<&'a Id> {
        let mut path = self.ancestors(unit);
        path.reverse();
        path.push(unit);
        path
    }

    /// Whether `unit` is `top` or stands anywhere below it.
    pub fn is_within(&self, unit: &Id, top: &Id) -> bool {
        unit == top || self.ancestors(unit).contains(&top)
    }

    /// A unit that stands above itself, if there is one: the least by id.
    pub fn cycle(&self) -> Option<&Id> {
        self.parents.keys().find(|unit| {
            let top = self.ancestors(unit).last().copied().unwrap_or(unit);
            self.parents.get(top).is_some_and(|parent| parent == *unit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(edges: &[(&str, Option<&str>)]) -> Tree {
        let edges: Vec<(Id, Option<Id>)> =
            edges.iter().map(|(unit, parent)| (Id::from(*unit), parent.map(Id::from))).collect();
        Tree::new(edges.iter().map(|(unit, parent)| (unit, parent.as_ref())))
    }

    #[test]
    fn ancestors_are_nearest_first_and_paths_start_at_the_root() {
        let tree = tree(&[("a", None), ("b", Some("a")), ("c", Some("b")), ("x", Some("gone"))]);
        assert_eq!(tree.ancestors(&"c".into()), [&Id::from("b"), &Id::from("a")]);
        assert_eq!(tree.path(&"c".into()), [&Id::from("a"), &Id::from("b"), &Id::from("c")]);
        assert_eq!(tree.roots(), [Id::from("a"), Id::from("x")]);
        assert_eq!(tree.depth(&"c".into()), 2);
        assert!(tree.is_within(&"c".into(), &"a".into()) && tree.is_within(&"a".into(), &"a".into()));
        assert!(!tree.is_within(&"a".into(), &"c".into()));
        assert_eq!(tree.cycle(), None);
    }

    #[test]
    fn a_cycle_is_found_and_walked_once() {
        let tree = tree(&[("a", Some("c")), ("b", Some("a")), ("c", Some("b")), ("d", Some("c")), ("e", Some("e"))]);
        assert_eq!(tree.cycle(), Some(&Id::from("a")));
        assert_eq!(tree.ancestors(&"a".into()).len(), 2);
        assert_eq!(tree.ancestors(&"d".into()).len(), 3);
        assert_eq!(tree.ancestors(&"e".into()).len(), 0);
    }
}
