//! The roster cut at one day and one known instant: what everything downstream reads.
//!
//! A snapshot is built by feeding it every version that was known at the instant. It keeps the facts of the day; of
//! the others it keeps only what [`Tenure`] and the start of an engagement need. It knows no rows and no sources.

use std::collections::BTreeMap;

use super::account::Account;
use super::chief::{self, ManagerFound};
use super::class::Class;
use super::engagement::Engagement;
use super::fact::{Fact, Version};
use super::group::Group;
use super::id::Id;
use super::index::Index;
use super::key::Key;
use super::manager::Manager;
use super::membership::Membership;
use super::person::Person;
use super::primary::{self, Candidate, Primary};
use super::tenure::{Days, Tenure};
use super::time::{Day, Instant};
use super::tree::Tree;
use super::unit::Unit;

/// The roster on one day, as it was known at one instant. Everything iterates in the order of ids.
#[derive(Debug)]
pub struct Snapshot {
    day: Day,
    known: Instant,
    classes: BTreeMap<Id, Class>,
    units: BTreeMap<Id, Unit>,
    people: BTreeMap<Id, Person>,
    engagements: BTreeMap<Id, Engagement>,
    managers: BTreeMap<Id, Manager>,
    accounts: BTreeMap<Id, Account>,
    groups: BTreeMap<Id, Group>,
    memberships: BTreeMap<Id, Membership>,
    keys: BTreeMap<Id, Key>,
    tree: Tree,
    starts: BTreeMap<Id, Option<Day>>,
    tenures: BTreeMap<Id, Tenure>,
    engagements_by_person: Index,
    accounts_by_person: Index,
    managers_by_unit: Index,
    engagements_by_unit: Index,
    memberships_by_group: Index,
    keys_by_thing: Index,
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

    pub fn class(&self, id: &Id) -> Option<&Class> {
        self.classes.get(id)
    }

    pub fn unit(&self, id: &Id) -> Option<&Unit> {
        self.units.get(id)
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

    /// The person's engagements of the day.
    pub fn engagements_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Engagement>> {
        self.engagements_by_person.of(person, &self.engagements)
    }

    /// The engagements of the day in the unit itself, not below it.
    pub fn engagements_in(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Engagement>> {
        self.engagements_by_unit.of(unit, &self.engagements)
    }

    /// The first day of the engagement's unbroken run of versions up to the day; `None` when open or not of the day.
    pub fn engagement_start(&self, engagement: &Id) -> Option<Day> {
        self.starts.get(engagement).copied().flatten()
    }

    /// The primary engagement of the day by the rule of [`primary`](mod@super::primary).
    pub fn primary_engagement(&self, person: &Id) -> Option<Primary<'_>> {
        primary::primary(self.engagements_of(person).map(|(id, engagement)| Candidate {
            id,
            engagement,
            start: self.engagement_start(id),
        }))
    }

    /// When the person works here. Somebody the roster never heard of has the empty tenure.
    pub fn tenure(&self, person: &Id) -> Tenure {
        self.tenures.get(person).copied().unwrap_or_default()
    }

    /// The effective manager of the day by the rule of [`chief`](mod@super::chief).
    pub fn effective_manager(&self, person: &Id) -> Option<ManagerFound<'_>> {
        chief::effective_manager(self, person)
    }

    /// The manager facts of the unit itself.
    pub fn managers_of(&self, unit: &Id) -> impl Iterator<Item = Found<'_, Manager>> {
        self.managers_by_unit.of(unit, &self.managers)
    }

    /// The listed members of the group.
    pub fn memberships_of(&self, group: &Id) -> impl Iterator<Item = Found<'_, Membership>> {
        self.memberships_by_group.of(group, &self.memberships)
    }

    pub fn accounts_of(&self, person: &Id) -> impl Iterator<Item = Found<'_, Account>> {
        self.accounts_by_person.of(person, &self.accounts)
    }

    /// The keys by which sources know the thing.
    pub fn keys_of(&self, thing: &Id) -> impl Iterator<Item = Found<'_, Key>> {
        self.keys_by_thing.of(thing, &self.keys)
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

/// Collects the versions known at one instant into a [`Snapshot`].
#[derive(Debug)]
pub struct SnapshotBuilder {
    snapshot: Snapshot,
    people_days: BTreeMap<Id, Days>,
    engagement_days: BTreeMap<Id, (Id, Days)>,
}

impl SnapshotBuilder {
    pub fn new(day: Day, known: Instant) -> Self {
        let snapshot = Snapshot {
            day,
            known,
            classes: BTreeMap::new(),
            units: BTreeMap::new(),
            people: BTreeMap::new(),
            engagements: BTreeMap::new(),
            managers: BTreeMap::new(),
            accounts: BTreeMap::new(),
            groups: BTreeMap::new(),
            memberships: BTreeMap::new(),
            keys: BTreeMap::new(),
            tree: Tree::default(),
            starts: BTreeMap::new(),
            tenures: BTreeMap::new(),
            engagements_by_person: Index::default(),
            accounts_by_person: Index::default(),
            managers_by_unit: Index::default(),
            engagements_by_unit: Index::default(),
            memberships_by_group: Index::default(),
            keys_by_thing: Index::default(),
        };
        Self { snapshot, people_days: BTreeMap::new(), engagement_days: BTreeMap::new() }
    }

    /// Takes one version that was known at the instant, whatever days it is valid on, in any order.
    pub fn add(&mut self, version: Version) {
        let Version { id, interval, fact } = version;
        match &fact {
            Fact::Person(_) => self.people_days.entry(id.clone()).or_default().add(interval),
            Fact::Engagement(engagement) => {
                let entry = self.engagement_days.entry(id.clone());
                entry.or_insert_with(|| (engagement.person.clone(), Days::default())).1.add(interval);
            }
            _ => {}
        }
        if interval.contains(self.snapshot.day) {
            self.snapshot.keep(id, fact);
        }
    }

    pub fn finish(self) -> Snapshot {
        let Self { mut snapshot, people_days, engagement_days } = self;
        let units = snapshot.units.iter().map(|(id, unit)| (id, unit.parent.as_ref()));
        snapshot.tree = Tree::new(units);
        let mut work: BTreeMap<Id, Days> = BTreeMap::new();
        for (id, (person, days)) in engagement_days {
            if let Some(there) = people_days.get(&person) {
                work.entry(person).or_default().add_all(&days.within(there));
            }
            if let Some(run) = days.run_of(snapshot.day) {
                snapshot.starts.insert(id, run.from);
            }
        }
        let day = snapshot.day;
        snapshot.tenures = work.into_iter().map(|(person, days)| (person, Tenure::on(day, &days))).collect();
        snapshot
    }
}

impl Snapshot {
    fn keep(&mut self, id: Id, fact: Fact) {
        match fact {
            Fact::Class(fact) => _ = self.classes.insert(id, fact),
            Fact::Unit(fact) => _ = self.units.insert(id, fact),
            Fact::Person(fact) => _ = self.people.insert(id, fact),
            Fact::Engagement(fact) => {
                self.engagements_by_person.add(&fact.person, &id);
                self.engagements_by_unit.add(&fact.unit, &id);
                self.engagements.insert(id, fact);
            }
            Fact::Manager(fact) => {
                self.managers_by_unit.add(&fact.unit, &id);
                self.managers.insert(id, fact);
            }
            Fact::Account(fact) => {
                if let Some(person) = &fact.person {
                    self.accounts_by_person.add(person, &id);
                }
                self.accounts.insert(id, fact);
            }
            Fact::Group(fact) => _ = self.groups.insert(id, fact),
            Fact::Membership(fact) => {
                self.memberships_by_group.add(&fact.group, &id);
                self.memberships.insert(id, fact);
            }
            Fact::Key(fact) => {
                self.keys_by_thing.add(&fact.of, &id);
                self.keys.insert(id, fact);
            }
        }
    }
}
