//! What an increment leaves to be read: objects whose own entries did not change, but whose places or references did,
//! because other objects were renamed, moved or deleted. Pure.
//!
//! Directories tell the change of an object, not what follows for others: a group whose member was deleted or renamed
//! is often not told at all.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Gone;
use crate::object::{Dn, Handle, ObjectId, Observed, Schema, Syntax, Value};

/// How what is known of a target from earlier reads is brought up to date. What is known is looked at twice: first with
/// [`Update::place`], as far as it [needs](Update::needs) that, and then, if that [reaches others](Update::reaches_others),
/// all of it with [`Update::is_stale`], after [`Update::name`] where [names](Update::needs_names) count. What is left is read with [`Target::reread`](super::Target::reread), and is
/// an increment in its turn, until nothing is left.
#[derive(Debug)]
pub struct Update<'a> {
    gone: &'a Gone,
    shown: BTreeMap<ObjectId, Handle>,
    /// Names that known objects had and have no more.
    former: BTreeSet<Handle>,
    /// Shown objects that were not known: one that was moved into scope may be referred to by the name that it had
    /// outside, which nobody told.
    new: BTreeSet<ObjectId>,
    /// The names that all known objects have now, where that counts.
    names: HashSet<Handle>,
    left: BTreeSet<ObjectId>,
}

impl<'a> Update<'a> {
    /// `shown` are the objects that the increment showed, with their names.
    pub fn new(gone: &'a Gone, shown: impl IntoIterator<Item = (ObjectId, Handle)>) -> Self {
        let shown: BTreeMap<ObjectId, Handle> = shown.into_iter().collect();
        let left = match gone {
            Gone::These(_) => BTreeSet::new(),
            Gone::AllBut(present) => present.keys().filter(|id| !shown.contains_key(*id)).cloned().collect(),
        };
        let new = shown.keys().cloned().collect();
        Self { gone, shown, former: BTreeSet::new(), new, names: HashSet::new(), left }
    }

    /// The objects whose former names count; `None` for those of all.
    pub fn needs(&self) -> Option<BTreeSet<&ObjectId>> {
        match self.gone {
            Gone::These(gone) => Some(self.shown.keys().chain(gone).collect()),
            Gone::AllBut(_) => None,
        }
    }

    /// Takes note of the name that an object had when it was read before.
    pub fn place(&mut self, id: &ObjectId, before: &Handle) {
        self.new.remove(id);
        let now = match (self.shown.get(id), self.gone) {
            (Some(now), _) => Some(now),
            (None, Gone::AllBut(present)) => present.get(id),
            (None, Gone::These(gone)) if gone.contains(id) => None,
            (None, Gone::These(_)) => Some(before),
        };
        if now == Some(before) {
            self.left.remove(id);
        } else {
            self.former.insert(before.clone());
        }
    }

    /// Whether any known object has another name or none, or any is new: else no other can be stale because of it.
    pub fn reaches_others(&self) -> bool {
        !self.former.is_empty() || !self.new.is_empty()
    }

    /// Whether the names of all known objects count, to tell which references lead nowhere.
    pub fn needs_names(&self) -> bool {
        !self.new.is_empty()
    }

    /// Takes note of the name that a known object has now.
    pub fn name(&mut self, id: &ObjectId, now: &Handle) {
        if !self.is_gone(id) {
            self.names.insert(now.clone());
        }
    }

    /// Whether an object is in scope no more.
    pub fn is_gone(&self, id: &ObjectId) -> bool {
        !self.shown.contains_key(id)
            && match self.gone {
                Gone::These(gone) => gone.contains(id),
                Gone::AllBut(present) => !present.contains_key(id),
            }
    }

    /// Whether an object, as it was read before, must be read anew. `schema` is the one of its kind.
    pub fn is_stale(&mut self, before: &Observed, schema: &Schema) -> bool {
        if self.shown.contains_key(&before.id) || self.is_gone(&before.id) {
            return false;
        }
        if self.leads_astray(before, schema) {
            self.left.insert(before.id.clone());
        }
        self.left.contains(&before.id)
    }

    /// What is left to be read, after everything known was looked at twice.
    pub fn left(self) -> Vec<ObjectId> {
        self.left.into_iter().collect()
    }

    /// Whether an object names what has another name now, or, where something is new, what nobody knows.
    fn leads_astray(&self, object: &Observed, schema: &Schema) -> bool {
        if !self.reaches_others() {
            return false;
        }
        let unknown = |handle: &Handle| !self.new.is_empty() && !self.names.contains(handle);
        let named = |handle: &Handle| self.former.contains(handle) || unknown(handle);
        let members = object.members.iter().flatten();
        // the containers that the configuration names are no objects
        if object.parent.iter().any(|parent| self.former.contains(parent))
            || object.manager.iter().chain(members).any(named)
        {
            return true;
        }
        let names = object.attributes.iter().filter(|(name, _)| schema.rule(name).syntax == Syntax::Dn);
        names.flat_map(|(_, values)| values).any(|value| match value {
            Value::Text(text) => Dn::parse(text).is_ok_and(|dn| named(dn.handle())),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Attributes, Kind};

    fn object(id: &str, handle: &str, members: &[&str]) -> Observed {
        Observed {
            id: ObjectId::new(id),
            kind: Kind::Group,
            handle: Handle::new(handle),
            stamp: None,
            parent: None,
            name: id.to_owned(),
            enabled: None,
            attributes: Attributes::new(),
            manager: None,
            members: Some(members.iter().map(|member| Handle::new(*member)).collect()),
            fixed_members: Vec::new(),
            protected: None,
        }
    }

    fn left(gone: &Gone, shown: &[(&str, &str)], known: &[Observed]) -> Vec<String> {
        let shown = shown.iter().map(|(id, handle)| (ObjectId::new(*id), Handle::new(*handle)));
        let mut update = Update::new(gone, shown);
        known.iter().for_each(|object| update.place(&object.id, &object.handle));
        known.iter().for_each(|object| update.name(&object.id, &object.handle));
        for object in known {
            update.is_stale(object, &Schema::default());
        }
        update.left().iter().map(ToString::to_string).collect()
    }

    fn these(ids: &[&str]) -> Gone {
        Gone::These(ids.iter().map(|id| ObjectId::new(*id)).collect())
    }

    #[test]
    fn who_refers_to_what_went_or_has_another_name_is_read_anew() {
        let known = [object("u", "cn=u", &[]), object("v", "cn=v", &[]), object("g", "cn=g", &["cn=u", "cn=v"])];
        assert!(left(&these(&[]), &[], &known).is_empty());
        assert!(left(&these(&[]), &[("u", "cn=u")], &known).is_empty());
        assert_eq!(left(&these(&[]), &[("u", "cn=new")], &known), ["g"]);
        assert_eq!(left(&these(&["v"]), &[], &known), ["g"]);
        assert!(left(&these(&["v"]), &[("g", "cn=g")], &known).is_empty(), "it was read after that");
        assert!(left(&these(&["v", "g", "x"]), &[], &known).is_empty());
    }

    #[test]
    fn who_refers_to_what_nobody_knew_is_read_anew_when_something_comes() {
        let known = [object("v", "cn=v", &[]), object("g", "cn=g", &["cn=v"]), object("h", "cn=h", &["cn=u,ou=out"])];
        assert!(left(&these(&[]), &[("v", "cn=v")], &known).is_empty());
        assert_eq!(left(&these(&[]), &[("u", "cn=u")], &known), ["h"]);
    }

    #[test]
    fn a_list_of_what_is_there_tells_what_went_and_what_came() {
        let known = [object("u", "cn=u", &[]), object("v", "cn=v", &[]), object("g", "cn=g", &["cn=u"])];
        let there = |all: &[(&str, &str)]| {
            Gone::AllBut(all.iter().map(|(id, handle)| (ObjectId::new(*id), Handle::new(*handle))).collect())
        };
        let same = there(&[("u", "cn=u"), ("v", "cn=v"), ("g", "cn=g")]);
        assert!(left(&same, &[], &known).is_empty());
        assert_eq!(left(&there(&[("v", "cn=v"), ("g", "cn=g")]), &[], &known), ["g"]);
        let moved = there(&[("u", "cn=u,ou=b"), ("v", "cn=v"), ("g", "cn=g"), ("new", "cn=new")]);
        assert_eq!(left(&moved, &[], &known), ["g", "new", "u"]);
        assert_eq!(left(&moved, &[("new", "cn=new")], &known), ["g", "u"]);
    }
}
