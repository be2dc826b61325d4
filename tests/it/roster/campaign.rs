//! A roster with a past goes through its export: an empty one that takes it writes the same bytes, and both answer
//! alike whatever is asked of whatever was known when. `scripts/campaign history` runs it with many people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rosterd::org::edit::Act;
use rosterd::org::{CustomTypes, Day, Edit, FactKind, Instant, Owners, plan_edit};
use rosterd::store::{CommitMeta, Store};
use serde_json::json;

use super::chance::{Chance, setting};
use super::fixture::{KINDS, Roster, day, file, id, instant};

const IMPORTS: u64 = 5;
const WINDOW: u64 = 2_000;

fn epoch() -> Day {
    day("2020-01-01")
}

/// A version of a person and of the job: from a day on.
#[derive(Clone)]
struct Held {
    surname: u64,
    unit: u64,
}

/// What the register says of a person.
struct Person {
    /// Taken out of the register; it comes back as it was.
    gone: bool,
    versions: BTreeMap<Day, Held>,
    /// The first day without the job.
    left: Option<Day>,
}

/// A register that changes, and corrects what it said.
struct Register {
    people: Vec<Person>,
    units: u64,
}

impl Register {
    fn new(people: u64, chance: &mut Chance) -> Self {
        let units = people / 50 + 2;
        let person = |chance: &mut Chance| {
            let held = Held { surname: chance.below(1_000), unit: chance.below(units) };
            Person { gone: false, versions: BTreeMap::from([(chance.day(epoch(), WINDOW), held)]), left: None }
        };
        Self { people: (0..people).map(|_| person(chance)).collect(), units }
    }

    /// One in six has something new, or had something wrong.
    fn move_on(&mut self, chance: &mut Chance) {
        for person in &mut self.people {
            match chance.below(30) {
                0 => {
                    let held = Held { surname: chance.below(1_000), unit: chance.below(self.units) };
                    person.versions.insert(chance.day(epoch(), WINDOW), held);
                }
                1 => person.versions.values_mut().for_each(|held| held.surname += 1),
                2 => person.left = Some(chance.day(epoch(), WINDOW)),
                3 => person.left = None,
                4 => person.gone = !person.gone,
                _ => {}
            }
        }
    }

    /// Everything that it says now, with national ids for some.
    fn file(&self) -> String {
        let mut lines = Vec::new();
        for unit in 0..self.units {
            let parent = if unit == 0 { String::new() } else { format!(r#","parent":"u{}""#, (unit - 1) / 4) };
            lines.push(format!(r#"{{"kind":"unit","id":"u{unit}","name":"Unit {unit}"{parent}}}"#));
        }
        for (number, person) in self.people.iter().enumerate().filter(|(_, person)| !person.gone) {
            let national_id =
                if number % 5 == 0 { format!(r#","national_id":"{number:06}-0001""#) } else { String::new() };
            let mut ends = person.versions.keys().skip(1).map(|day| Some(*day)).chain([None]);
            for (from, Held { surname, unit }) in &person.versions {
                let to = ends.next().flatten();
                let mut days = format!(r#""valid_from":"{from}""#);
                to.iter().for_each(|to| write!(days, r#","valid_to":"{to}""#).unwrap());
                lines.push(format!(
                    r#"{{"kind":"person","id":"p{number}",{days},"given_name":"P","surname":"{surname}"{national_id}}}"#
                ));
                let to = [to, person.left].into_iter().flatten().min();
                if to.is_none_or(|to| *from < to) {
                    let to = to.map_or("null".to_owned(), |to| format!("\"{to}\""));
                    lines.push(format!(
                        r#"{{"kind":"engagement","id":"e{number}","valid_from":"{from}","valid_to":{to},"person":"p{number}","unit":"u{unit}"}}"#
                    ));
                }
            }
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        file(&format!(r#""complete":true,"kinds":{KINDS},"states":"timeline""#), &lines)
    }
}

/// Edits somebody by hand; an edit that makes no sense there is none.
async fn edit(store: &Store, people: u64, chance: &mut Chance, now: Instant) {
    let (from, surname) = (chance.day(epoch(), WINDOW), chance.below(1_000).to_string());
    let (kind, letter, fields) = match chance.below(3) {
        0 => (FactKind::Engagement, "e", json!({"title": "By hand"})),
        _ => (FactKind::Person, "p", json!({"surname": surname})),
    };
    let act = if chance.below(4) == 0 { Act::End { on: from } } else { Act::Change { from } };
    let fields = if matches!(act, Act::End { .. }) { json!({}) } else { fields };
    let thing = id(&format!("{letter}{}", chance.below(people)));
    let edit = Edit { kind, id: thing, act, fields: fields.as_object().unwrap().clone() };
    let Ok(plan) =
        plan_edit(&edit, &store.stored().await.unwrap(), &CustomTypes::default(), &Owners::default(), "edit")
    else {
        return;
    };
    let meta = CommitMeta {
        actor: "a clerk".into(),
        source: "edit".into(),
        batch: None,
        note: Some("by hand".into()),
        taken: None,
        now,
    };
    store.commit_intake(&plan.rows, &meta, None).await.unwrap();
}

/// Everything that `show` says of a thing but the file it came with, which a history does not tell.
async fn shown(store: &Store, kind: FactKind, thing: &str, day: Day, known: Instant) -> String {
    let found = store.show(kind, &id(thing), day, Some(known)).await.unwrap();
    found.map_or("nothing".to_owned(), |shown| {
        let days = (shown.version.interval, shown.known_from, shown.known_to);
        format!("{:?} {days:?} {} {} {:?}", shown.version.fact, shown.source, shown.actor, shown.note)
    })
}

/// How many of `probes` the copy answers like the first. After each import come so many `edits`.
async fn agreed(people: u64, edits: u64, probes: u64, seed: u64) -> u64 {
    let mut chance = Chance(seed);
    let mut register = Register::new(people, &mut chance);
    let roster = Roster::new().await;
    let mut instants = Vec::new();
    for month in 1..=IMPORTS {
        let now = format!("2026-{month:02}-01T00:00:00Z");
        roster.import(&register.file(), &now).await.unwrap();
        instants.push(instant(&now));
        for hour in 1..=edits {
            let now = instant(&format!("2026-{month:02}-02T{hour:02}:00:00Z"));
            edit(&roster.store, people, &mut chance, now).await;
            instants.push(now);
        }
        register.move_on(&mut chance);
    }

    let history = roster.history().await;
    let copy = Roster::new().await;
    copy.import(&history, "2030-01-01T00:00:00Z").await.unwrap();
    assert!(copy.history().await == history, "seed {seed}: the copy's export differs");
    assert!(history.contains(r#""act":"erase""#) && history.contains("By hand"), "seed {seed}: a past without events");

    let mut agreed = 0;
    for _ in 0..probes {
        let (kind, letter) = if chance.below(2) == 0 { (FactKind::Person, "p") } else { (FactKind::Engagement, "e") };
        let (thing, day) = (format!("{letter}{}", chance.below(people)), chance.day(epoch(), WINDOW + 100));
        let near = instants[chance.below(instants.len() as u64) as usize].micros();
        let known = Instant::from_micros(near - 1 + chance.below(3).cast_signed());
        let first = shown(&roster.store, kind, &thing, day, known).await;
        let second = shown(&copy.store, kind, &thing, day, known).await;
        if first == second {
            agreed += 1;
        } else {
            say(&format!("seed {seed}: {thing} on {day} as known at {known}\n  {first}\n  {second}"));
        }
    }
    agreed
}

#[expect(clippy::print_stdout, reason = "scripts/campaign shows what was found")]
fn say(line: &str) {
    println!("{line}");
}

#[tokio::test]
async fn a_past_survives_an_export() {
    assert_eq!(agreed(200, 12, 60, 1).await, 60);
}

#[tokio::test]
#[ignore = "scripts/campaign history"]
async fn the_past_of_many_people_survives_an_export() {
    let (probes, seed) = (setting("CAMPAIGN_N", 1_000), setting("CAMPAIGN_SEED", 1));
    let passed = tokio::spawn(agreed(100_000, 3, probes, seed)).await.unwrap_or(0);
    if passed < probes {
        say(&format!("FAILED: seed {seed}"));
    }
    say(&format!("{passed} passed, {} failed", probes - passed));
    assert_eq!(passed, probes, "seed {seed}");
}
