//! What belongs to what on the day of a snapshot.

use super::{Found, Snapshot};
use crate::org::{Account, Association, Contact, Engagement, Id, Key, Leave, Manager, Membership, Position, Relation};

impl Snapshot {
    /// The person's engagements of the day.
    pub fn engagements_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Engagement>> {
        self.belonging.engagements_by_person.of(person, &self.engagements)
    }

    /// The engagements of the day in the unit itself, not below it.
    pub fn engagements_in(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Engagement>> {
        self.belonging.engagements_by_unit.of(unit, &self.engagements)
    }

    /// The manager facts of the unit itself.
    pub fn managers_of(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Manager>> {
        self.belonging.managers_by_unit.of(unit, &self.managers)
    }

    /// The listed members of the group.
    pub fn memberships_of(&self, group: &Id) -> impl Iterator<Item = Found<'_, Membership>> {
        self.belonging.memberships_by_group.of(group, &self.memberships)
    }

    pub fn accounts_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Account>> {
        self.belonging.accounts_by_person.of(person, &self.accounts)
    }

    /// The keys by which sources know the thing.
    pub fn keys_of(&self, thing: &Id) -> impl Iterator<Item = Found<'_, Key>> {
        self.belonging.keys_by_thing.of(thing, &self.keys)
    }

    /// The engagements of the day that hold the position.
    pub fn holders_of(&self, position: &Id) -> impl Iterator<Item = Found<'_, Engagement>> {
        self.belonging.engagements_by_position.of(position, &self.engagements)
    }

    /// The positions of the unit itself.
    pub fn positions_in(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Position>> {
        self.belonging.positions_by_unit.of(unit, &self.positions)
    }

    /// The places of the position that nobody holds on the day; negative where more hold it than it has places.
    /// `None` where there is no such position.
    pub fn vacancies(&self, position: &Id) -> Option<i64> {
        let places = i64::from(self.position(position)?.headcount);
        Some(places - self.holders_of(position).count() as i64)
    }

    pub fn associations_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Association>> {
        self.belonging.associations_by_person.of(person, &self.associations)
    }

    /// The associations of the unit itself, vacant ones too.
    pub fn associations_in(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Association>> {
        self.belonging.associations_by_unit.of(unit, &self.associations)
    }

    /// The leaves that the person is on.
    pub fn leaves_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Leave>> {
        self.belonging.leaves_by_person.of(person, &self.leaves)
    }

    /// The contacts of the person or unit, whoever may see them.
    pub fn contacts_of(&self, owner: &Id) -> impl Iterator<Item = Found<'_, Contact>> {
        self.belonging.contacts_by_owner.of(owner, &self.contacts)
    }

    /// The relations that the thing stands in, from it and to it.
    pub fn relations_of(&self, thing: &Id) -> impl Iterator<Item = Found<'_, Relation>> {
        self.belonging.relations_by_thing.of(thing, &self.relations)
    }
}
