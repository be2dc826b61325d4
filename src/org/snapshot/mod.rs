//! The roster cut at one day and one known instant: what everything downstream reads.
//!
//! A snapshot is built by feeding it every version that was known at the instant. It keeps the facts of the day; of
//! the others it keeps only what [`Life`], [`Coming`], the start of an engagement and [`Beyond`] need. It knows no rows
//! and no sources.

use std::collections::BTreeMap;

mod belonging;
mod builder;
mod coming;
mod former;

pub use builder::SnapshotBuilder;
pub use coming::Coming;
pub use former::Former;

use super::account::Account;
use super::association::Association;
use super::chief::{self, ManagerFound};
use super::class::Class;
use super::contact::Contact;
use super::engagement::Engagement;
use super::group::Group;
use super::id::Id;
use super::index::Index;
use super::key::Key;
use super::leave::Leave;
use super::manager::Manager;
use super::membership::Membership;
use super::person::Person;
use super::position::Position;
use super::primary::{self, Candidate, Primary};
use super::relation::Relation;
use super::tenure::{Life, Tenure};
use super::time::{Day, Instant, Interval};
use super::tree::Tree;
use super::unit::Unit;

/// The roster on one day, as it was known at one instant. Everything iterates in the order of ids.
#[derive(Debug)]
pub struct Snapshot {
    day: Day,
    known: Instant,
    classes: BTreeMap<Id, Class>,
    units: BTreeMap<Id, Unit>,
    positions: BTreeMap<Id, Position>,
    people: BTreeMap<Id, Person>,
    engagements: BTreeMap<Id, Engagement>,
    managers: BTreeMap<Id, Manager>,
    associations: BTreeMap<Id, Association>,
    leaves: BTreeMap<Id, Leave>,
    accounts: BTreeMap<Id, Account>,
    contacts: BTreeMap<Id, Contact>,
    groups: BTreeMap<Id, Group>,
    memberships: BTreeMap<Id, Membership>,
    relations: BTreeMap<Id, Relation>,
    keys: BTreeMap<Id, Key>,
    tree: Tree,
    runs: BTreeMap<Id, Interval>,
    lives: BTreeMap<Id, Life>,
    coming: BTreeMap<Id, Coming>,
    jobs_coming: coming::Jobs,
    /// The last category of those who are in the roster no more.
    last_categories: BTreeMap<Id, Id>,
    former: BTreeMap<Id, Former>,
    jobs_beyond: BTreeMap<Id, Beyond>,
    posts_beyond: BTreeMap<Id, Beyond>,
    belonging: Belonging,
}

/// The first days, from that of the snapshot on, on which something holds though what it depends on does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// The person of a job, the unit of a manager's post.
    pub of: Id,
    pub days: Interval,
}

/// Which things belong to which.
#[derive(Debug, Default)]
struct Belonging {
    engagements_by_person: Index,
    engagements_by_unit: Index,
    engagements_by_position: Index,
    positions_by_unit: Index,
    managers_by_unit: Index,
    associations_by_person: Index,
    associations_by_unit: Index,
    leaves_by_person: Index,
    accounts_by_person: Index,
    contacts_by_owner: Index,
    memberships_by_group: Index,
    relations_by_thing: Index,
    keys_by_thing: Index,
}

impl Belonging {
    /// Everything was added.
    fn close(&mut self) {
        let Self {
            engagements_by_person,
            engagements_by_unit,
            engagements_by_position,
            positions_by_unit,
            managers_by_unit,
            associations_by_person,
            associations_by_unit,
            leaves_by_person,
            accounts_by_person,
            contacts_by_owner,
            memberships_by_group,
            relations_by_thing,
            keys_by_thing,
        } = self;
        engagements_by_person.close();
        engagements_by_unit.close();
        engagements_by_position.close();
        positions_by_unit.close();
        managers_by_unit.close();
        associations_by_person.close();
        associations_by_unit.close();
        leaves_by_person.close();
        accounts_by_person.close();
        contacts_by_owner.close();
        memberships_by_group.close();
        relations_by_thing.close();
        keys_by_thing.close();
    }
}

type Found<'a, T> = (&'a Id, &'a T);

impl Snapshot {
    /// The day it is valid on.
    pub fn day(&self) -> Day {
        self.day
    }

    /// The instant it was known at.
    pub fn known(&self) -> Instant {
        self.known
    }

    pub fn classes(&self) -> impl Iterator<Item = Found<'_, Class>> + Clone {
        self.classes.iter()
    }

    pub fn units(&self) -> impl Iterator<Item = Found<'_, Unit>> + Clone {
        self.units.iter()
    }

    pub fn positions(&self) -> impl Iterator<Item = Found<'_, Position>> + Clone {
        self.positions.iter()
    }

    pub fn people(&self) -> impl Iterator<Item = Found<'_, Person>> + Clone {
        self.people.iter()
    }

    pub fn engagements(&self) -> impl Iterator<Item = Found<'_, Engagement>> + Clone {
        self.engagements.iter()
    }

    pub fn accounts(&self) -> impl Iterator<Item = Found<'_, Account>> + Clone {
        self.accounts.iter()
    }

    pub fn groups(&self) -> impl Iterator<Item = Found<'_, Group>> + Clone {
        self.groups.iter()
    }

    pub fn managers(&self) -> impl Iterator<Item = Found<'_, Manager>> + Clone {
        self.managers.iter()
    }

    pub fn memberships(&self) -> impl Iterator<Item = Found<'_, Membership>> + Clone {
        self.memberships.iter()
    }

    pub fn contacts(&self) -> impl Iterator<Item = Found<'_, Contact>> + Clone {
        self.contacts.iter()
    }

    pub fn relations(&self) -> impl Iterator<Item = Found<'_, Relation>> + Clone {
        self.relations.iter()
    }

    pub fn class(&self, id: &Id) -> Option<&Class> {
        self.classes.get(id)
    }

    pub fn unit(&self, id: &Id) -> Option<&Unit> {
        self.units.get(id)
    }

    pub fn position(&self, id: &Id) -> Option<&Position> {
        self.positions.get(id)
    }

    pub fn person(&self, id: &Id) -> Option<&Person> {
        self.people.get(id)
    }

    pub fn engagement(&self, id: &Id) -> Option<&Engagement> {
        self.engagements.get(id)
    }

    pub fn account(&self, id: &Id) -> Option<&Account> {
        self.accounts.get(id)
    }

    pub fn group(&self, id: &Id) -> Option<&Group> {
        self.groups.get(id)
    }

    /// The engagement's unbroken run of versions around the day; `None` when it is not of the day.
    pub fn engagement_run(&self, engagement: &Id) -> Option<Interval> {
        self.runs.get(engagement).copied()
    }

    /// The primary engagement of the day by the rule of [`primary`](mod@super::primary).
    pub fn primary_engagement(&self, person: &Id) -> Option<Primary<'_>> {
        primary::primary(self.engagements_of(person).map(|(id, engagement)| Candidate {
            id,
            engagement,
            start: self.engagement_run(id).and_then(|run| run.from),
        }))
    }

    /// When the person works here. Somebody the roster never heard of, or who never had a job, has the empty tenure.
    pub fn tenure(&self, person: &Id) -> Tenure {
        let life = self.lives.get(person).filter(|life| life.employed);
        life.map(|life| Tenure::on(self.day, &life.days)).unwrap_or_default()
    }

    /// The person's whole time here; `None` of somebody whom no person fact and no engagement speaks of.
    pub fn life(&self, person: &Id) -> Option<&Life> {
        self.lives.get(person)
    }

    /// Everybody with a time here, past, present or to come.
    pub fn lives(&self) -> impl Iterator<Item = Found<'_, Life>> + Clone {
        self.lives.iter()
    }

    /// Who is not here and is to come, as of the first day.
    pub fn coming(&self, person: &Id) -> Option<&Coming> {
        self.coming.get(person)
    }

    /// The person as of the day, or as of the first day of who is to come.
    pub fn person_here_or_coming(&self, person: &Id) -> Option<&Person> {
        let coming = || self.coming(person).map(|coming| &coming.person);
        self.person(person).or_else(coming)
    }

    /// The primary engagement of the day, or of the first day of who is to come.
    pub fn primary_here_or_coming(&self, person: &Id) -> Option<Primary<'_>> {
        let coming = || {
            let jobs = self.coming(person)?.engagements.iter();
            let known = jobs.filter_map(|id| self.jobs_coming.get_key_value(id));
            primary::primary(known.map(|(id, (engagement, run))| Candidate { id, engagement, start: run.from }))
        };
        self.primary_engagement(person).or_else(coming)
    }

    /// An engagement with its unbroken run: one of the day, or one of the first day of who is to come.
    pub fn engagement_here_or_coming(&self, id: &Id) -> Option<(&Engagement, Interval)> {
        if let (Some(engagement), Some(run)) = (self.engagement(id), self.engagement_run(id)) {
            return Some((engagement, run));
        }
        self.jobs_coming.get(id).map(|(engagement, run)| (engagement, *run))
    }

    /// The same engagement under the id of the snapshot.
    pub fn engagement_entry(&self, id: &Id) -> Option<Found<'_, Engagement>> {
        let coming = || self.jobs_coming.get_key_value(id).map(|(id, (engagement, _))| (id, engagement));
        self.engagements.get_key_value(id).or_else(coming)
    }

    /// The person's category: that of the day, else of the first day to come, else the last one.
    pub fn category(&self, person: &Id) -> Option<&Id> {
        match self.person_here_or_coming(person) {
            Some(fact) => fact.category.as_ref(),
            None => self.last_categories.get(person),
        }
    }

    /// The jobs that hold on days, today or to come, on which their person does not.
    pub fn jobs_beyond_people(&self) -> impl Iterator<Item = Found<'_, Beyond>> {
        self.jobs_beyond.iter()
    }

    /// The managers' posts that hold on days, today or to come, on which their unit does not.
    pub fn posts_beyond_units(&self) -> impl Iterator<Item = Found<'_, Beyond>> {
        self.posts_beyond.iter()
    }

    /// The effective manager of the day by the rule of [`chief`](mod@super::chief); of who is to come, that of the unit
    /// of the first day.
    pub fn effective_manager(&self, person: &Id) -> Option<ManagerFound<'_>> {
        chief::effective_manager(self, person)
    }

    /// The same for one unit that the person works in.
    pub fn manager_over<'a>(&'a self, unit: &'a Id, person: &Id) -> Option<ManagerFound<'a>> {
        chief::manager_over(self, unit, person)
    }

    /// The units above, nearest first.
    pub fn ancestors(&self, unit: &Id) -> Vec<&Id> {
        self.tree.ancestors(unit)
    }

    /// The tree of the day's units.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }
}
