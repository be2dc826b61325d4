//! An organisation small enough to be read in a failure, with names that collide, and its snapshot.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rosterd::org::{Day, Fact, FactKind, Id, Instant, Interval, Snapshot, SnapshotBuilder, Version};
use serde_json::{Value, json};

/// The state of an organisation. A thing's place in its list is its id, in every state.
#[derive(Debug, Clone)]
pub struct Organisation {
    pub units: Vec<Option<Unit>>,
    pub people: Vec<Option<Person>>,
    pub groups: Vec<Option<Group>>,
}

#[derive(Debug, Clone)]
pub struct Unit {
    pub name: &'static str,
    /// Parents rank lower, so that there is no cycle.
    pub rank: u8,
    pub parent: Option<usize>,
    /// The post, if there is one: vacant, or somebody's.
    pub manager: Option<Option<usize>>,
}

#[derive(Debug, Clone)]
pub struct Person {
    pub given_name: &'static str,
    pub surname: &'static str,
    pub external: bool,
    /// Those who have the same number have the same national id.
    pub national_id: Option<u8>,
    pub jobs: Vec<Job>,
}

#[derive(Debug, Clone)]
pub struct Job {
    pub unit: usize,
    pub days: Days,
    pub primary: bool,
    pub title: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    Past,
    Current,
    Future,
}

#[derive(Debug, Clone)]
pub struct Group {
    pub name: &'static str,
    pub people: Vec<usize>,
    pub units: Vec<usize>,
    pub groups: Vec<usize>,
    pub rule: Option<&'static str>,
}

const UNITS: usize = 5;
const PEOPLE: usize = 6;
const GROUPS: usize = 3;

pub fn organisation() -> impl Strategy<Value = Organisation> {
    let units = vec(option::weighted(0.8, unit()), UNITS);
    let people = vec(option::weighted(0.8, person()), PEOPLE);
    let groups = vec(option::weighted(0.7, group()), GROUPS);
    (units, people, groups).prop_map(|(units, people, groups)| Organisation { units, people, groups })
}

fn unit() -> impl Strategy<Value = Unit> {
    let name = prop::sample::select(vec!["IT", "it", "Skole", "Bibliotek"]);
    let manager = option::of(option::weighted(0.8, 0..PEOPLE));
    (name, 0..4_u8, option::of(0..UNITS), manager).prop_map(|(name, rank, parent, manager)| Unit {
        name,
        rank,
        parent,
        manager,
    })
}

fn person() -> impl Strategy<Value = Person> {
    let given_name = prop::sample::select(vec!["Åse", "Aase", "Bo"]);
    let surname = prop::sample::select(vec!["Berg", "Bérg", "Ørum"]);
    (given_name, surname, prop::bool::weighted(0.2), vec(job(), 0..=3)).prop_map(
        |(given_name, surname, external, jobs)| Person { given_name, surname, external, national_id: None, jobs },
    )
}

fn job() -> impl Strategy<Value = Job> {
    let days = prop_oneof![1 => Just(Days::Past), 3 => Just(Days::Current), 1 => Just(Days::Future)];
    let title = option::of(prop::sample::select(vec!["Lærer", "Chef"]));
    (0..UNITS, days, any::<bool>(), title).prop_map(|(unit, days, primary, title)| Job { unit, days, primary, title })
}

fn group() -> impl Strategy<Value = Group> {
    let name = prop::sample::select(vec!["IT", "Alle", "alle"]);
    let rule = prop_oneof![
        3 => Just(None),
        1 => Just(Some("unit.name == 'IT'")),
        1 => Just(Some("engagement.title == 'Chef' or person.surname == 'Ørum'")),
    ];
    (name, vec(0..PEOPLE, 0..3), vec(0..UNITS, 0..2), vec(0..GROUPS, 0..2), rule)
        .prop_map(|(name, people, units, groups, rule)| Group { name, people, units, groups, rule })
}

impl Organisation {
    /// The same where people share national ids as `numbers` say, by their place in the list.
    pub fn with_national_ids(mut self, numbers: &[Option<u8>]) -> Self {
        for (person, number) in self.people.iter_mut().zip(numbers) {
            if let Some(person) = person {
                person.national_id = *number;
            }
        }
        self
    }

    /// Those who share a national id with somebody.
    pub fn duplicates(&self) -> Vec<usize> {
        let number = |at: &usize| self.people[*at].as_ref().and_then(|person| person.national_id);
        let all = || (0..self.people.len()).filter(|at| number(at).is_some());
        all().filter(|at| all().any(|other| other != *at && number(&other) == number(at))).collect()
    }
}

pub fn today() -> Day {
    day("2026-06-01")
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn person_id(at: usize) -> Id {
    Id::new(format!("p{at}"))
}

impl Person {
    pub fn is_current(&self) -> bool {
        self.jobs.iter().any(|job| job.days == Days::Current)
    }

    pub fn has_ended(&self) -> bool {
        !self.is_current() && self.jobs.iter().any(|job| job.days == Days::Past)
    }
}

impl Organisation {
    /// The roster as of today; `accounts` are the accounts that were made, with person, system and login.
    pub fn snapshot(&self, accounts: &BTreeMap<Id, (Id, String, String)>) -> Snapshot {
        let mut builder = SnapshotBuilder::new(today(), Instant::from_micros(0));
        let mut add = |kind: FactKind, id: String, days: Interval, body: Value| {
            let fact = Fact::from_body(kind, &body.to_string()).unwrap();
            builder.add(Version { id: Id::new(id), interval: days, fact });
        };
        let always = Interval::ALWAYS;
        add(FactKind::Class, "external".into(), always, json!({ "vocabulary": "category", "name": "external" }));
        for (at, unit) in present(&self.units) {
            let parent = unit.parent.filter(|parent| {
                self.units[*parent].as_ref().is_some_and(|above| (above.rank, *parent) < (unit.rank, at))
            });
            let parent = parent.map(|parent| format!("u{parent}"));
            add(FactKind::Unit, format!("u{at}"), always, without_null(json!({ "name": unit.name, "parent": parent })));
            if let Some(manager) = &unit.manager {
                let person = manager.map(|person| format!("p{person}"));
                let body = without_null(json!({ "unit": format!("u{at}"), "person": person }));
                add(FactKind::Manager, format!("m{at}"), always, body);
            }
        }
        for (at, person) in present(&self.people) {
            let category = person.external.then_some("external");
            let national_id = person.national_id.map(|number| format!("{number}.x"));
            let body = json!({
                "given_name": person.given_name, "surname": person.surname, "category": category,
                "national_id": national_id,
            });
            add(FactKind::Person, format!("p{at}"), always, without_null(body));
            for (number, job) in person.jobs.iter().enumerate() {
                let body = json!({
                    "person": format!("p{at}"), "unit": format!("u{}", job.unit), "primary": job.primary,
                    "title": job.title, "number": format!("{at}{number}"),
                });
                add(FactKind::Engagement, format!("e{at}-{number}"), job.days.interval(), without_null(body));
            }
        }
        for (at, group) in present(&self.groups) {
            let body = without_null(json!({ "name": group.name, "rule": group.rule }));
            add(FactKind::Group, format!("g{at}"), always, body);
            let people = group.people.iter().map(|member| ("member_person", format!("p{member}")));
            let units = group.units.iter().map(|member| ("member_unit", format!("u{member}")));
            let groups = group.groups.iter().map(|member| ("member_group", format!("g{member}")));
            for (number, (field, member)) in people.chain(units).chain(groups).enumerate() {
                let body = json!({ "group": format!("g{at}"), field: member });
                add(FactKind::Membership, format!("g{at}-{number}"), always, body);
            }
        }
        for (id, (person, system, login)) in accounts {
            let body = json!({ "person": person, "system": system, "login": login });
            add(FactKind::Account, id.to_string(), always, body);
        }
        builder.finish()
    }
}

fn present<T>(things: &[Option<T>]) -> impl Iterator<Item = (usize, &T)> {
    things.iter().enumerate().filter_map(|(at, thing)| Some((at, thing.as_ref()?)))
}

fn without_null(mut body: Value) -> Value {
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

impl Days {
    fn interval(self) -> Interval {
        match self {
            Self::Past => Interval { from: Some(day("2020-01-01")), to: Some(day("2026-05-01")) },
            Self::Current => Interval { from: Some(day("2021-01-01")), to: None },
            Self::Future => Interval { from: Some(day("2026-07-01")), to: None },
        }
    }
}
