//! What writing found out about a service, for as long as the process lives. A profile that says it need not find it out.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::object::Kind;
use crate::target::scim::profile::RemoveForm;

#[derive(Debug, Default)]
pub struct Learned(Mutex<State>);

#[derive(Debug, Default)]
struct State {
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
