//! The link table of one target: roster key ↔ the object's immutable id.

use std::collections::HashMap;

use super::observed::ObjectId;
use crate::org::Id;

/// Links of one target, both ways. One key has one object and one object has one key.
#[derive(Debug, Clone, Default)]
pub struct Links {
    object_of: HashMap<Id, ObjectId>,
    key_of: HashMap<ObjectId, Id>,
}

impl Links {
    /// Adds a link; false (and no change) when the key or the object is linked otherwise already.
    pub fn add(&mut self, key: Id, object: ObjectId) -> bool {
        match (self.object_of.get(&key), self.key_of.get(&object)) {
            (None, None) => {
                self.object_of.insert(key.clone(), object.clone());
                self.key_of.insert(object, key);
                true
            }
            (Some(known), _) => *known == object,
            (None, Some(_)) => false,
        }
    }

    /// Takes a link away; the object that it led to, if there was one.
    pub fn remove(&mut self, key: &Id) -> Option<ObjectId> {
        let object = self.object_of.remove(key)?;
        self.key_of.remove(&object);
        Some(object)
    }

    pub fn object(&self, key: &Id) -> Option<&ObjectId> {
        self.object_of.get(key)
    }

    pub fn key(&self, object: &ObjectId) -> Option<&Id> {
        self.key_of.get(object)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Id, &ObjectId)> {
        self.object_of.iter()
    }

    pub fn len(&self) -> usize {
        self.object_of.len()
    }

    pub fn is_empty(&self) -> bool {
        self.object_of.is_empty()
    }
}

impl FromIterator<(Id, ObjectId)> for Links {
    fn from_iter<I: IntoIterator<Item = (Id, ObjectId)>>(pairs: I) -> Self {
        let mut links = Self::default();
        for (key, object) in pairs {
            links.add(key, object);
        }
        links
    }
}
