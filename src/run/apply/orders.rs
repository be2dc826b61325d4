//! Standing orders as a run under way sees them: it looks between any two windows, and a word that was given meanwhile
//! counts from the next one on.

use std::collections::BTreeSet;

use crate::mapping::suspended;
use crate::object::{Kind, Op, Step};
use crate::org::{Id, Order, Orders};
use crate::store::{Store, StoreError};

/// What is in force, and whom it keeps out that nobody has looked at yet.
#[derive(Debug)]
pub(super) struct Watch {
    orders: Orders,
    due: BTreeSet<Id>,
}

impl Watch {
    /// From the begin of a run.
    pub async fn begin(store: &Store) -> Result<Self, StoreError> {
        Ok(Self { orders: store.orders().await?, due: BTreeSet::new() })
    }

    /// Takes up what was ordered since. Whoever is kept out from now on is due once what is under way has landed: a
    /// window that was sent before may have made or enabled an account.
    pub async fn look(&mut self, store: &Store) -> Result<(), StoreError> {
        if store.orders_revision().await? == self.orders.revision {
            return Ok(());
        }
        let orders = store.orders().await?;
        let is_new = |(person, order): &(&Id, &Order)| self.orders.suspended.get(*person) != Some(*order);
        self.due.extend(orders.suspended.iter().filter(is_new).map(|(person, _)| person.clone()));
        self.orders = orders;
        Ok(())
    }

    /// An object was linked: it may be that of somebody who is kept out.
    pub fn linked(&mut self, step: &Step) {
        let person = step.person.as_ref().filter(|person| self.orders.suspended.contains_key(*person));
        self.due.extend(person.cloned());
    }

    /// Whether nothing is to be awaited before the next window is sent.
    pub fn is_quiet(&self) -> bool {
        self.due.is_empty()
    }

    /// Those who are due, with the orders that still hold.
    pub fn take_due(&mut self) -> Vec<(Id, Order)> {
        let due = std::mem::take(&mut self.due).into_iter();
        due.filter_map(|person| Some((self.orders.suspended.get(&person)?.clone(), person)))
            .map(|(order, person)| (person, order))
            .collect()
    }

    /// Why a step is not to be taken: it would let somebody in whom an order keeps out.
    pub fn refuses(&self, step: &Step) -> Option<String> {
        let lets_in = matches!(step.op, Op::Create | Op::Enable | Op::Restore | Op::SetPassword);
        let order = self.orders.suspended.get(step.person.as_ref()?)?;
        (lets_in && step.kind == Kind::User).then(|| suspended(order))
    }

    /// Why nothing more is to be written to a target.
    pub fn pause(&self, target: &str) -> Option<&Order> {
        self.orders.pause(target)
    }
}
