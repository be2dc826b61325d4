//! What a look at the target showed, as far as an inverse needs it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::object::{Handle, Links, ObjectId, Observed, Referent, Value};

/// The objects that a run touched as they are now, and where everything lies.
#[derive(Debug, Default)]
pub struct Now {
    touched: BTreeSet<ObjectId>,
    objects: BTreeMap<ObjectId, Observed>,
    handles: HashMap<Handle, ObjectId>,
    names: HashMap<ObjectId, Handle>,
    contents: HashMap<Handle, Vec<ObjectId>>,
}

impl Now {
    /// Before anything was seen. Of other objects than these only the place is kept.
    pub fn of(touched: BTreeSet<ObjectId>) -> Self {
        Self { touched, ..Self::default() }
    }

    /// Takes in one observed object.
    pub fn see(&mut self, observed: &Observed) {
        self.handles.insert(observed.handle.clone(), observed.id.clone());
        self.names.insert(observed.id.clone(), observed.handle.clone());
        if let Some(parent) = &observed.parent {
            self.contents.entry(parent.clone()).or_default().push(observed.id.clone());
        }
        if self.touched.contains(&observed.id) {
            self.objects.insert(observed.id.clone(), observed.clone());
        }
    }

    pub fn knows(&self, object: &ObjectId) -> bool {
        self.names.contains_key(object)
    }

    pub(super) fn object(&self, id: &ObjectId) -> Option<&Observed> {
        self.objects.get(id)
    }

    /// What lies in a container.
    pub(super) fn contents(&self, of: &Handle) -> &[ObjectId] {
        self.contents.get(of).map(Vec::as_slice).unwrap_or_default()
    }

    /// The objects that handles lead to, as far as they were seen.
    pub(super) fn ids<'a>(&'a self, handles: &'a [Handle]) -> impl Iterator<Item = &'a ObjectId> {
        handles.iter().filter_map(|handle| self.handles.get(handle))
    }

    /// Where a handle leads: to an object that was seen, or out of what is read.
    pub(super) fn at(&self, handle: Option<&Handle>) -> Option<Spot> {
        let handle = handle?;
        Some(match self.handles.get(handle) {
            Some(id) => Spot::Object(id.clone()),
            None => Spot::Elsewhere(handle.clone()),
        })
    }

    /// Where a reference of a step leads.
    pub(super) fn spot(&self, value: &Value, links: &Links) -> Option<Spot> {
        match value {
            Value::Reference(Referent::Key(key)) => links.object(key).cloned().map(Spot::Object),
            Value::Reference(Referent::Object(id)) => Some(Spot::Object(id.clone())),
            Value::Reference(Referent::Handle(handle)) => self.at(Some(handle)),
            _ => None,
        }
    }

    /// How a reference of a step is written now.
    pub(super) fn handle<'a>(&'a self, value: &'a Value, links: &Links) -> Option<&'a Handle> {
        match value {
            Value::Reference(Referent::Key(key)) => self.names.get(links.object(key)?),
            Value::Reference(Referent::Object(id)) => self.names.get(id),
            Value::Reference(Referent::Handle(handle)) => Some(handle),
            _ => None,
        }
    }

    /// How a spot is named in a wish: what is ours by its key.
    pub(super) fn referent(&self, spot: &Spot, links: &Links) -> Option<Referent> {
        Some(match spot {
            Spot::Object(id) => match links.key(id) {
                Some(key) => Referent::Key(key.clone()),
                None => Referent::Handle(self.names.get(id)?.clone()),
            },
            Spot::Elsewhere(handle) => Referent::Handle(handle.clone()),
        })
    }
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Object(ObjectId),
    /// Outside of what is read.
    Elsewhere(Handle),
}
