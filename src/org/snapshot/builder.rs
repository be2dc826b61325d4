//! Building a snapshot, version by version.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;

use super::{Belonging, Beyond, Snapshot};
use crate::org::{Day, Days, Fact, FactKind, Id, Instant, Tenure, Tree, Version};

/// Collects the versions known at one instant into a [`Snapshot`].
#[derive(Debug)]
pub struct SnapshotBuilder {
    snapshot: Snapshot,
    people_days: BTreeMap<Id, Days>,
    engagement_days: BTreeMap<Id, (Id, Days)>,
    unit_days: BTreeMap<Id, Days>,
    /// Of each manager's post and unit: a post may pass from one unit to another.
    post_days: BTreeMap<(Id, Id), Days>,
    /// The ids that others name, each with one text in memory.
    ids: HashSet<Id>,
}

/// Things that many others name.
const NAMED: [FactKind; 5] = [FactKind::Class, FactKind::Unit, FactKind::Position, FactKind::Person, FactKind::Group];

impl SnapshotBuilder {
    pub fn new(day: Day, known: Instant) -> Self {
        let snapshot = Snapshot {
            day,
            known,
            classes: BTreeMap::new(),
            units: BTreeMap::new(),
            positions: BTreeMap::new(),
            people: BTreeMap::new(),
            engagements: BTreeMap::new(),
            managers: BTreeMap::new(),
            associations: BTreeMap::new(),
            leaves: BTreeMap::new(),
            accounts: BTreeMap::new(),
            contacts: BTreeMap::new(),
            groups: BTreeMap::new(),
            memberships: BTreeMap::new(),
            relations: BTreeMap::new(),
            keys: BTreeMap::new(),
            tree: Tree::default(),
            runs: BTreeMap::new(),
            tenures: BTreeMap::new(),
            jobs_beyond: BTreeMap::new(),
            posts_beyond: BTreeMap::new(),
            belonging: Belonging::default(),
        };
        Self {
            snapshot,
            people_days: BTreeMap::new(),
            engagement_days: BTreeMap::new(),
            unit_days: BTreeMap::new(),
            post_days: BTreeMap::new(),
            ids: HashSet::new(),
        }
    }

    /// The same id with the text that is in memory already.
    fn shared(&mut self, id: Id) -> Id {
        if let Some(there) = self.ids.get(&id) {
            return there.clone();
        }
        self.ids.insert(id.clone());
        id
    }

    /// Takes one version that was known at the instant, whatever days it is valid on, in any order.
    pub fn add(&mut self, version: Version) {
        let Version { id, interval, fact } = version;
        let id = if NAMED.contains(&fact.kind()) { self.shared(id) } else { id };
        let Ok(fact) = fact.map(|_, id| Ok::<Id, Infallible>(self.shared(id)));
        match &fact {
            Fact::Person(_) => self.people_days.entry(id.clone()).or_default().add(interval),
            Fact::Engagement(engagement) => {
                let entry = self.engagement_days.entry(id.clone());
                entry.or_insert_with(|| (engagement.person.clone(), Days::default())).1.add(interval);
            }
            Fact::Unit(_) => self.unit_days.entry(id.clone()).or_default().add(interval),
            Fact::Manager(post) => {
                self.post_days.entry((id.clone(), post.unit.clone())).or_default().add(interval);
            }
            _ => {}
        }
        if interval.contains(self.snapshot.day) {
            self.snapshot.keep(id, fact);
        }
    }

    pub fn finish(self) -> Snapshot {
        let Self { mut snapshot, people_days, engagement_days, unit_days, post_days, ids } = self;
        drop(ids);
        snapshot.belonging.close();
        let day = snapshot.day;
        let never = Days::default();
        let units = snapshot.units.iter().map(|(id, unit)| (id, unit.parent.as_ref()));
        snapshot.tree = Tree::new(units);
        let mut work: BTreeMap<Id, Days> = BTreeMap::new();
        for (id, (person, days)) in engagement_days {
            if let Some(days) = days.beyond(people_days.get(&person).unwrap_or(&never), day) {
                snapshot.jobs_beyond.insert(id.clone(), Beyond { of: person.clone(), days });
            }
            if let Some(there) = people_days.get(&person) {
                work.entry(person).or_default().add_all(&days.within(there));
            }
            if let Some(run) = days.run_of(snapshot.day) {
                snapshot.runs.insert(id, *run);
            }
        }
        for ((id, unit), days) in post_days {
            if let Some(days) = days.beyond(unit_days.get(&unit).unwrap_or(&never), day) {
                snapshot.posts_beyond.insert(id, Beyond { of: unit, days });
            }
        }
        snapshot.tenures = work.into_iter().map(|(person, days)| (person, Tenure::on(day, &days))).collect();
        snapshot
    }
}

impl Snapshot {
    fn keep(&mut self, id: Id, fact: Fact) {
        let belonging = &mut self.belonging;
        match fact {
            Fact::Class(fact) => _ = self.classes.insert(id, fact),
            Fact::Unit(fact) => _ = self.units.insert(id, fact),
            Fact::Position(fact) => {
                belonging.positions_by_unit.add(&fact.unit, &id);
                self.positions.insert(id, fact);
            }
            Fact::Person(fact) => _ = self.people.insert(id, fact),
            Fact::Engagement(fact) => {
                belonging.engagements_by_person.add(&fact.person, &id);
                belonging.engagements_by_unit.add(&fact.unit, &id);
                belonging.engagements_by_position.add_each(&fact.position, &id);
                self.engagements.insert(id, fact);
            }
            Fact::Manager(fact) => {
                belonging.managers_by_unit.add(&fact.unit, &id);
                self.managers.insert(id, fact);
            }
            Fact::Association(fact) => {
                belonging.associations_by_person.add_each(&fact.person, &id);
                belonging.associations_by_unit.add(&fact.unit, &id);
                self.associations.insert(id, fact);
            }
            Fact::Leave(fact) => {
                belonging.leaves_by_person.add(&fact.person, &id);
                self.leaves.insert(id, fact);
            }
            Fact::Account(fact) => {
                belonging.accounts_by_person.add_each(&fact.person, &id);
                self.accounts.insert(id, fact);
            }
            Fact::Contact(fact) => {
                belonging.contacts_by_owner.add_each([&fact.person, &fact.unit].into_iter().flatten(), &id);
                self.contacts.insert(id, fact);
            }
            Fact::Group(fact) => _ = self.groups.insert(id, fact),
            Fact::Membership(fact) => {
                belonging.memberships_by_group.add(&fact.group, &id);
                self.memberships.insert(id, fact);
            }
            Fact::Relation(fact) => {
                belonging.relations_by_thing.add_each([&fact.from, &fact.to], &id);
                self.relations.insert(id, fact);
            }
            Fact::Key(fact) => {
                belonging.keys_by_thing.add(&fact.of, &id);
                self.keys.insert(id, fact);
            }
        }
    }
}
