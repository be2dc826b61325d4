//! Where objects lie, as far as it was asked: only to spare look-ups of references within a run. Forgotten whole when
//! anything is renamed, moved or deleted, since all below it moves along.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::dn::Dn;
use crate::object::ObjectId;

#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<ObjectId, Dn>>);

impl Names {
    pub fn name(&self, id: &ObjectId) -> Option<Dn> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    pub fn learn(&self, id: ObjectId, dn: Dn) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, dn);
    }

    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
