//! Whose account is due, though nobody has a job by the record of the day: those who are to come soon, and those who are
//! here by their own record.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::policy::{Basis, Ladder, Policy};
use super::standing::standing;
use crate::org::{Id, Life, Snapshot};

/// The time that counts for a policy: who has no engagement is here only where the person's own record is the basis.
pub fn life_of<'a>(snapshot: &'a Snapshot, policy: &Policy, person: &Id) -> Cow<'a, Life> {
    let counts = |life: &&Life| life.employed || policy.basis == Basis::Person;
    snapshot.life(person).filter(counts).map_or_else(|| Cow::Owned(Life::default()), Cow::Borrowed)
}

/// Everybody who has no job on the day, and is to have an account all the same by one of these ladders.
pub fn coming<'a>(snapshot: &Snapshot, ladders: impl IntoIterator<Item = &'a Ladder>) -> BTreeSet<Id> {
    let ladders: Vec<&Ladder> = ladders.into_iter().collect();
    let is_due = |person: &Id| {
        ladders.iter().any(|ladder| {
            let further = ladder.further.iter().map(|category| ladder.policy_of(snapshot, person, Some(category)));
            std::iter::once(ladder.policy(snapshot, person))
                .chain(further)
                .any(|policy| standing(&life_of(snapshot, policy, person), policy, snapshot.day()).rung.is_here())
        })
    };
    let early = |policy: &Policy| policy.create_days > 0 || policy.enable_days > 0 || policy.basis == Basis::Person;
    if !ladders.iter().flat_map(|ladder| ladder.policies()).any(early) {
        return BTreeSet::new();
    }
    let without = snapshot.lives().map(|(person, _)| person).filter(|person| !snapshot.tenure(person).current);
    without.filter(|person| is_due(person)).cloned().collect()
}
