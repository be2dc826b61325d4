//! Building a snapshot, version by version.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;

use super::coming::Ahead;
use super::former::{self, Ended};
use super::{Belonging, Beyond, Snapshot};
use crate::org::{Day, Days, Fact, FactKind, Id, Instant, Life, Tree, Version};

/// Collects the versions known at one instant into a [`Snapshot`].
#[derive(Debug)]
pub struct SnapshotBuilder {
    pub(super) snapshot: Snapshot,
    pub(super) people_days: BTreeMap<Id, Days>,
    engagement_days: BTreeMap<Id, (Id, Days)>,
    unit_days: BTreeMap<Id, Days>,
    /// Of each manager's post and unit: a post may pass from one unit to another.
    post_days: BTreeMap<(Id, Id), Days>,
    /// The days of leave from one engagement.
    leave_of_jobs: BTreeMap<Id, Days>,
    /// The days of leave from all of them, by person.
    leave_of_people: BTreeMap<Id, Days>,
    /// The last category of who has been here, with its end.
    categories: BTreeMap<Id, (Day, Id)>,
    /// The last version of who has been here.
    ended: Ended,
    /// What holds later only.
    ahead: Ahead,
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
            lives: BTreeMap::new(),
            coming: BTreeMap::new(),
            jobs_coming: BTreeMap::new(),
            last_categories: BTreeMap::new(),
            former: BTreeMap::new(),
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
            leave_of_jobs: BTreeMap::new(),
            leave_of_people: BTreeMap::new(),
            categories: BTreeMap::new(),
            ended: Ended::new(),
            ahead: Ahead::default(),
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
        let Ok(mut fact) = fact.map(|_, id| Ok::<Id, Infallible>(self.shared(id)));
        // what is stated to be none is none
        fact.custom_mut().into_iter().for_each(|custom| custom.retain(|_, value| !value.is_null()));
        match &fact {
            Fact::Person(person) => {
                self.people_days.entry(id.clone()).or_default().add(interval);
                if let Some(end) = interval.to.filter(|end| *end <= self.snapshot.day) {
                    former::keep(&mut self.ended, &id, end, person);
                    if let Some(category) = &person.category {
                        let last = self.categories.entry(id.clone()).or_insert_with(|| (end, category.clone()));
                        if last.0 <= end {
                            *last = (end, category.clone());
                        }
                    }
                }
            }
            Fact::Engagement(engagement) => {
                let entry = self.engagement_days.entry(id.clone());
                entry.or_insert_with(|| (engagement.person.clone(), Days::default())).1.add(interval);
            }
            Fact::Unit(_) => self.unit_days.entry(id.clone()).or_default().add(interval),
            Fact::Manager(post) => {
                self.post_days.entry((id.clone(), post.unit.clone())).or_default().add(interval);
            }
            Fact::Leave(leave) => match &leave.engagement {
                Some(job) => self.leave_of_jobs.entry(job.clone()).or_default().add(interval),
                None => self.leave_of_people.entry(leave.person.clone()).or_default().add(interval),
            },
            _ => {}
        }
        if interval.contains(self.snapshot.day) {
            self.snapshot.keep(id, fact);
        } else if interval.from.is_some_and(|from| from > self.snapshot.day) {
            self.ahead.keep(id, interval, fact);
        }
    }

    pub fn finish(self) -> Snapshot {
        let Self { mut snapshot, people_days, engagement_days, unit_days, post_days, ids, .. } = self;
        let (leave_of_jobs, leave_of_people, ahead) = (self.leave_of_jobs, self.leave_of_people, self.ahead);
        let (mut categories, ended) = (self.categories, self.ended);
        categories.retain(|person, _| !snapshot.people.contains_key(person));
        drop(ids);
        snapshot.belonging.close();
        let day = snapshot.day;
        let never = Days::default();
        let units = snapshot.units.iter().map(|(id, unit)| (id, unit.parent.as_ref()));
        snapshot.tree = Tree::new(units);
        let mut lives: BTreeMap<Id, Life> = BTreeMap::new();
        // of who has some leave: the days on which there is work to do
        let mut at_work: BTreeMap<Id, Days> = BTreeMap::new();
        let of_person = |person: &Id| leave_of_people.get(person);
        let has_leave: HashSet<&Id> = engagement_days
            .iter()
            .filter(|(id, (person, _))| leave_of_jobs.contains_key(*id) || of_person(person).is_some())
            .map(|(_, (person, _))| person)
            .collect();
        for (id, (person, days)) in &engagement_days {
            if let Some(days) = days.beyond(people_days.get(person).unwrap_or(&never), day) {
                snapshot.jobs_beyond.insert(id.clone(), Beyond { of: person.clone(), days });
            }
            let life = lives.entry(person.clone()).or_default();
            life.employed = true;
            if let Some(there) = people_days.get(person) {
                let worked = days.within(there);
                if has_leave.contains(person) {
                    let free = leave_of_jobs.get(id).map_or_else(|| worked.clone(), |leave| worked.without(leave));
                    let free = of_person(person).map_or_else(|| free.clone(), |leave| free.without(leave));
                    at_work.entry(person.clone()).or_default().add_all(&free);
                }
                life.days.add_all(&worked);
            }
            if let Some(run) = days.run_of(snapshot.day) {
                snapshot.runs.insert(id.clone(), *run);
            }
        }
        for (person, free) in at_work {
            if let Some(life) = lives.get_mut(&person) {
                life.away = life.days.without(&free);
            }
        }
        for (person, days) in people_days {
            let life = lives.entry(person).or_default();
            if !life.employed {
                life.days = days;
            }
        }
        for ((id, unit), days) in post_days {
            if let Some(days) = days.beyond(unit_days.get(&unit).unwrap_or(&never), day) {
                snapshot.posts_beyond.insert(id, Beyond { of: unit, days });
            }
        }
        (snapshot.coming, snapshot.jobs_coming) = ahead.coming(day, &lives, &engagement_days, &snapshot.people);
        snapshot.last_categories = categories.into_iter().map(|(person, (_, category))| (person, category)).collect();
        let is_gone = |person: &Id| snapshot.person_here_or_coming(person).is_none();
        let gone =
            ended.into_iter().filter(|(person, _)| is_gone(person)).map(|(person, (_, former))| (person, former));
        let gone: Vec<_> = gone.collect();
        snapshot.former.extend(gone);
        snapshot.lives = lives;
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
