//! The accounts of somebody whom an order keeps out. The order stands beside the ladder: whatever rung the person is on,
//! no account can be used, none is made, and all else about them is left as it is, memberships, places and attributes
//! too. So that nothing is lost while somebody finds out what happened, and `resume` brings back what was there.

use super::further::Holder;
use super::mapper::{Mapper, present};
use crate::object::{Clause, Desired, Ground, Kind, Presence};
use crate::org::sentence::Sentence;
use crate::org::{Id, Order};

/// Why an account cannot be used.
pub fn suspended(order: &Order) -> String {
    match order.note.is_empty() {
        true => Clause::SuspendedSince.with([&order.by, &order.since]),
        false => Clause::SuspendedBy.with([&order.by, &order.since, &order.note]),
    }
}

impl Mapper<'_> {
    /// The account of a holder whom an order keeps out.
    pub(super) fn kept_out(&self, account: &Id, holder: &Holder) -> Option<Desired> {
        let order = self.inputs.orders.suspended.get(&holder.person)?;
        let presence = Presence::Disabled { ground: Ground::Suspended, reason: suspended(order) };
        let label = self.account_label(holder);
        Some(Desired { person: Some(holder.person.clone()), presence, ..present(account, Kind::User, &label) })
    }
}
