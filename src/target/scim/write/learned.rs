//! What writing found out about a service. It goes over to the next process; where a profile or the probe says how it is,
//! that counts.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::object::Kind;
use crate::target::scim::profile::RemoveForm;

#[derive(Debug, Default)]
pub struct Learned(Mutex<Found>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// Kinds that are changed by PUT, since PATCH is not there.
    put: BTreeSet<Kind>,
    /// The most members that one request changes.
    portion: Option<usize>,
    /// The form of removal that is tried, or that works.
    removal: Option<RemoveForm>,
    works: Vec<RemoveForm>,
    never: Vec<RemoveForm>,
}

impl Learned {
    /// All of it; `None` where nothing was found out.
    pub fn found(&self) -> Option<Found> {
        let found = self.state().clone();
        (found != Found::default()).then_some(found)
    }

    /// Takes up what an earlier process found out.
    pub fn take_up(&self, found: Found) {
        *self.state() = found;
    }

    pub fn is_put(&self, kind: Kind) -> bool {
        self.state().put.contains(&kind)
    }

    /// Answers whether that is news.
    pub fn put(&self, kind: Kind) -> bool {
        self.state().put.insert(kind)
    }

    pub fn not_put(&self, kind: Kind) {
        self.state().put.remove(&kind);
    }

    pub fn portion(&self) -> Option<usize> {
        self.state().portion
    }

    pub fn portion_at_most(&self, most: usize) {
        let mut state = self.state();
        state.portion = Some(state.portion.map_or(most, |known| known.min(most)));
    }

    /// How members are removed; by a filter in the path until something else is found out.
    pub fn removal(&self) -> RemoveForm {
        self.state().removal.unwrap_or(RemoveForm::Filter)
    }

    pub fn try_removal(&self, form: RemoveForm) {
        self.state().removal = Some(form);
    }

    /// Members were removed so, and nobody else was.
    pub fn removes_by(&self, form: RemoveForm) {
        let mut state = self.state();
        state.removal = Some(form);
        if !state.works.contains(&form) {
            state.works.push(form);
        }
    }

    pub fn has_removed_by(&self, form: RemoveForm) -> bool {
        self.state().works.contains(&form)
    }

    /// This form does harm.
    pub fn never_by(&self, form: RemoveForm) {
        let mut state = self.state();
        state.never.push(form);
        state.removal = state.removal.filter(|known| *known != form);
    }

    pub fn is_never(&self, form: RemoveForm) -> bool {
        self.state().never.contains(&form)
    }

    fn state(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
