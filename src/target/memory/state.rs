//! The objects themselves, how they refer to each other, and what may not be there twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{Faults, ROOT, is_aspect};
use crate::object::{AttributeName, Attributes, Handle, Kind, ObjectId, Observed, Protection, TakenName, Value};
use crate::org::Id;
use crate::target::{Class, Refusal};

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub kind: Kind,
    pub stamp: Option<Id>,
    /// The container; `None` is the root.
    pub parent: Option<ObjectId>,
    pub name: String,
    pub enabled: Option<bool>,
    pub attributes: Attributes,
    pub manager: Option<ObjectId>,
    pub members: Option<BTreeSet<ObjectId>>,
    pub passwords: u64,
    pub protected: bool,
}

/// What is kept of an object that was deleted: itself, the groups that held it, and those whose manager it was.
#[derive(Debug)]
struct Deleted {
    object: Object,
    groups: Vec<ObjectId>,
    reports: Vec<ObjectId>,
}

#[derive(Debug)]
pub(super) struct State {
    pub tree: bool,
    objects: BTreeMap<ObjectId, Object>,
    given: u64,
    pub writes: u64,
    deleted: BTreeMap<ObjectId, Deleted>,
    /// What has this value is protected.
    pub rule: Option<(AttributeName, Value)>,
    pub faults: Faults,
    /// How many changes there were, and at which of them each object was changed last.
    changes: u64,
    changed: BTreeMap<ObjectId, u64>,
}

/// The attribute that holds the login of a user.
pub(super) fn login(tree: bool) -> &'static str {
    if tree { "sAMAccountName" } else { "userName" }
}

pub(super) fn refusal(class: Class, message: String) -> Refusal {
    Refusal { class, message, fatal: false }
}

impl State {
    pub fn new(tree: bool) -> Self {
        Self {
            tree,
            objects: BTreeMap::new(),
            given: 0,
            writes: 0,
            deleted: BTreeMap::new(),
            rule: None,
            faults: Faults::default(),
            changes: 0,
            changed: BTreeMap::new(),
        }
    }

    /// How many changes there were.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// What was changed after so many changes. What follows for others when an object is renamed, moved or deleted is
    /// no change of theirs, as in a directory.
    pub fn changed_since(&self, changes: u64) -> Vec<ObjectId> {
        let since = self.changed.iter().filter(|(_, at)| **at > changes);
        since.map(|(id, _)| id.clone()).collect()
    }

    fn note(&mut self, id: &ObjectId) {
        self.changes += 1;
        self.changed.insert(id.clone(), self.changes);
    }

    /// What faults hide or protect looks changed.
    pub fn set_faults(&mut self, faults: Faults) {
        let touched = |faults: &Faults| faults.hidden.iter().chain(faults.protected.keys()).cloned().collect();
        let (before, after): (Vec<ObjectId>, Vec<ObjectId>) = (touched(&self.faults), touched(&faults));
        self.faults = faults;
        before.iter().chain(&after).for_each(|id| self.note(id));
    }

    pub fn ids(&self) -> Vec<ObjectId> {
        self.objects.keys().cloned().collect()
    }

    pub fn object(&self, id: &ObjectId) -> Option<&Object> {
        self.objects.get(id)
    }

    pub fn passwords(&self, id: &ObjectId) -> u64 {
        self.object(id).map_or(0, |object| object.passwords)
    }

    pub fn protect(&mut self, id: &ObjectId) {
        if let Some(object) = self.objects.get_mut(id) {
            object.protected = true;
            self.note(id);
        }
    }

    pub fn stamped(&self, kind: Kind, key: &Id) -> Vec<ObjectId> {
        let bears = |object: &Object| object.kind == kind && object.stamp.as_ref() == Some(key);
        self.objects.iter().filter(|(_, object)| bears(object)).map(|(id, _)| id.clone()).collect()
    }

    /// Counts a write that is about to be done and says whether it is to fail.
    pub fn next_fault(&mut self) -> Option<Class> {
        let (left, class) = self.faults.fail_write?;
        self.faults.fail_write = (left > 1).then(|| (left - 1, class));
        (left <= 1).then_some(class)
    }

    pub fn add(&mut self, object: Object) -> Result<ObjectId, Refusal> {
        self.given += 1;
        let id = ObjectId::new(format!("m{:06}", self.given));
        self.replace(&id, object)?;
        Ok(id)
    }

    /// Puts an object in its place, if nothing else is in the way.
    pub fn replace(&mut self, id: &ObjectId, object: Object) -> Result<(), Refusal> {
        if let Some(other) = self.in_the_way(id, &object) {
            return Err(refusal(Class::Conflict, format!("{} is taken by {other}", object.name)));
        }
        self.objects.insert(id.clone(), object);
        self.writes += 1;
        self.note(id);
        Ok(())
    }

    pub fn delete(&mut self, id: &ObjectId) -> Result<(), Refusal> {
        if self.objects.values().any(|object| object.parent.as_ref() == Some(id)) {
            return Err(refusal(Class::Conflict, format!("{id} is not empty")));
        }
        let Some(object) = self.objects.remove(id) else { return Ok(()) };
        self.writes += 1;
        self.note(id);
        let (mut groups, mut reports) = (Vec::new(), Vec::new());
        for (other, there) in &mut self.objects {
            if there.members.as_mut().is_some_and(|members| members.remove(id)) {
                groups.push(other.clone());
            }
            if there.manager.take_if(|manager| manager == id).is_some() {
                reports.push(other.clone());
            }
        }
        self.deleted.insert(id.clone(), Deleted { object, groups, reports });
        Ok(())
    }

    pub fn was_deleted(&self, id: &ObjectId) -> bool {
        self.deleted.contains_key(id)
    }

    /// The object as it was when it was deleted.
    pub fn deleted(&self, id: &ObjectId) -> Option<&Object> {
        self.deleted.get(id).map(|deleted| &deleted.object)
    }

    /// Puts a deleted object back as it is given, with its memberships and reports, as far as those are there still.
    pub fn undelete(&mut self, id: &ObjectId, object: Object) -> Result<(), Refusal> {
        self.replace(id, object)?;
        let Some(Deleted { groups, reports, .. }) = self.deleted.remove(id) else { return Ok(()) };
        for group in groups {
            self.note(&group);
            if let Some(members) = self.objects.get_mut(&group).and_then(|group| group.members.as_mut()) {
                members.insert(id.clone());
            }
        }
        for report in reports {
            self.note(&report);
            if let Some(report) = self.objects.get_mut(&report) {
                report.manager.get_or_insert_with(|| id.clone());
            }
        }
        Ok(())
    }

    /// Whether `id` lies in `container`, at any depth, or is it.
    pub fn lies_in(&self, id: &ObjectId, container: &ObjectId) -> bool {
        let mut place = Some(id.clone());
        while let Some(here) = place {
            if here == *container {
                return true;
            }
            place = self.object(&here).and_then(|object| object.parent.clone());
        }
        false
    }

    /// Why an object is protected, if it is.
    pub fn protection(&self, id: &ObjectId) -> Option<Protection> {
        let by_itself = self.object(id).is_some_and(|object| object.protected);
        let by_rule = || {
            let (name, value) = self.rule.as_ref()?;
            let holds = self.object(id)?.attributes.get(name)?.contains(value);
            holds.then(|| Protection::Rule(format!("{name} is {value}")))
        };
        let named = self.faults.protected.get(id).cloned();
        named.or(by_itself.then_some(Protection::Administrative)).or_else(by_rule)
    }

    /// In a tree the path of names, without one the id.
    pub fn handle(&self, id: &ObjectId) -> Handle {
        if !self.tree {
            return Handle::new(id.as_str());
        }
        let mut path = String::new();
        let mut place = Some(id.clone());
        while let Some(object) = place.as_ref().and_then(|here| self.object(here)) {
            path.push_str(if object.kind == Kind::Unit { "ou=" } else { "cn=" });
            path.push_str(&object.name.to_lowercase().replace('\\', "\\\\").replace(',', "\\,"));
            path.push(',');
            place = object.parent.clone();
        }
        Handle::new(path + ROOT)
    }

    /// The object that a handle means now.
    pub fn at(&self, handle: &Handle) -> Option<ObjectId> {
        self.objects.keys().find(|id| self.handle(id) == *handle).cloned()
    }

    /// The names that an object takes.
    pub fn taken_by(&self, id: &ObjectId) -> Vec<TakenName> {
        let Some(object) = self.object(id) else { return Vec::new() };
        let login = object.login(self.tree).map(|login| TakenName::of_login(login, id)).unwrap_or_default();
        let texts = |name: &str| object.attributes.get(&name.into()).into_iter().flatten().filter_map(Value::as_text);
        let addresses = texts("mail").chain(texts("proxyAddresses")).filter_map(|text| TakenName::of_address(text, id));
        login.into_iter().chain(addresses).collect()
    }

    /// The object as the port shows it, with the attributes in `names`, or with all.
    pub fn observed(&self, id: &ObjectId, names: Option<&[AttributeName]>) -> Option<Observed> {
        let object = self.object(id)?;
        let wanted = |name: &AttributeName| names.is_none_or(|names| names.contains(name));
        let attributes = object.attributes.iter().filter(|(name, _)| wanted(name) && !is_aspect(name));
        Some(Observed {
            id: id.clone(),
            kind: object.kind,
            handle: self.handle(id),
            stamp: object.stamp.clone(),
            parent: self.tree.then(|| object.parent.as_ref().map_or_else(|| Handle::new(ROOT), |id| self.handle(id))),
            name: object.name.clone(),
            enabled: object.enabled,
            attributes: attributes.map(|(name, values)| (name.clone(), values.clone())).collect(),
            manager: object.manager.as_ref().map(|id| self.handle(id)),
            members: object.members.as_ref().map(|members| members.iter().map(|id| self.handle(id)).collect()),
            fixed_members: Vec::new(),
            protected: self.protection(id),
        })
    }

    /// Another object with the same login, or with the same name in the same place of a tree, where units have a name
    /// space of their own.
    fn in_the_way(&self, id: &ObjectId, object: &Object) -> Option<&ObjectId> {
        let login = object.login(self.tree).map(str::to_lowercase);
        let same = |other: &Object| {
            let same_login = login.is_some() && other.login(self.tree).map(str::to_lowercase) == login;
            let same_space = (other.kind == Kind::Unit) == (object.kind == Kind::Unit);
            let same_place = self.tree && same_space && other.parent == object.parent;
            same_login || same_place && other.name.to_lowercase() == object.name.to_lowercase()
        };
        self.objects.iter().find(|(other, there)| *other != id && same(there)).map(|(other, _)| other)
    }
}

impl Object {
    fn login(&self, tree: bool) -> Option<&str> {
        let values = self.attributes.get(&AttributeName::new(login(tree)))?;
        if self.kind == Kind::User { values.first()?.as_text() } else { None }
    }
}
