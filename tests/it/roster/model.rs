//! A random sequence of edits against a model that keeps every edit and works each answer out anew. The same answers
//! must come from the roster, and from an empty one that took its whole history.
//!
//! `ROSTERD_EDITS` and `ROSTERD_SEED` make it longer, or another one.

use std::sync::Arc;

use rosterd::org::history::{Span, Timeline, difference};
use rosterd::org::{Day, Fact, FactKind, Id, Instant, IntakePlan, Interval, NewRow, Person};
use rosterd::store::{CommitMeta, Store};

use super::chance::{Chance, setting};
use super::fixture::{Roster, day, instant};

const THINGS: u64 = 12;
const WINDOW: u64 = 60;
const PROBES: usize = 1_000;

impl Chance {
    fn date(&mut self) -> Day {
        self.day(day("2026-03-01"), WINDOW)
    }

    fn interval(&mut self) -> Interval {
        let from = (self.below(6) > 0).then(|| self.date());
        let to = (self.below(3) > 0).then(|| self.date());
        Interval { from, to }
    }

    fn edit(&mut self) -> Edit {
        match self.below(8) {
            0 => Edit::Without(self.interval()),
            1 => Edit::EndOn(self.date()),
            2 => Edit::Without(Interval::ALWAYS),
            _ => Edit::Overlay(self.interval(), self.below(4)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Edit {
    Overlay(Interval, u64),
    Without(Interval),
    EndOn(Day),
}

/// Every edit ever made, with its instant. Knows no rows, no commits and no algebra.
#[derive(Default)]
struct Model(Vec<(Instant, Id, Edit)>);

impl Model {
    fn answer(&self, thing: &Id, day: Day, known: Instant) -> Option<u64> {
        let mut held = None;
        for (_, _, edit) in self.0.iter().filter(|(at, id, _)| *at <= known && id == thing) {
            match edit {
                Edit::Overlay(interval, name) if interval.contains(day) => held = Some(*name),
                Edit::Without(interval) if interval.contains(day) => held = None,
                Edit::EndOn(end) if *end <= day => held = None,
                _ => {}
            }
        }
        held
    }
}

fn body(name: u64) -> Arc<str> {
    let person = format!(r#"{{"given_name":"","surname":"{name}"}}"#);
    Fact::Person(serde_json::from_str::<Person>(&person).unwrap()).body().unwrap().into()
}

/// Does an edit through the store, as a commit of its own; false when it changes nothing.
async fn commit(store: &Store, thing: &Id, edit: Edit, now: Instant) -> bool {
    let stored = store.stored().await.unwrap();
    let rows: Vec<(i64, Span<Arc<str>>)> = (stored.rows.to_vec().unwrap().into_iter())
        .filter(|row| row.id == *thing)
        .map(|row| (row.row, Span { interval: row.interval, body: row.body }))
        .collect();
    let before = Timeline::new(rows.iter().map(|(_, span)| span.clone()).collect()).unwrap();
    let after = match edit {
        Edit::Overlay(interval, name) => before.overlay(interval, body(name)),
        Edit::Without(interval) => before.without(interval),
        Edit::EndOn(day) => before.end_on(day),
    };
    let (close, add) = difference(&rows, &after);
    let new = |span: Span<Arc<str>>| NewRow {
        kind: FactKind::Person,
        id: thing.clone(),
        interval: span.interval,
        source: "roster".into(),
        body: span.body,
    };
    let add = add.into_iter().map(new).collect();
    let plan = IntakePlan { basis: stored.basis, source: "roster".into(), close, add, ..IntakePlan::default() };
    let meta = CommitMeta {
        actor: format!("clerk {}", now.micros() % 3),
        source: "roster".into(),
        batch: None,
        note: (now.micros() % 2 == 0).then(|| format!("{edit:?}")),
        taken: None,
        now,
    };
    store.commit_intake(&plan, &meta, None).await.unwrap().is_some()
}

async fn shown(store: &Store, thing: &Id, day: Day, known: Instant) -> Option<u64> {
    let found = store.show(FactKind::Person, thing, day, Some(known)).await.unwrap()?;
    let Fact::Person(person) = found.version.fact else { return None };
    Some(person.surname.parse().unwrap())
}

#[tokio::test]
async fn random_edits_are_as_the_model_says_and_survive_an_export() {
    let (edits, seed) = (setting("ROSTERD_EDITS", 300), setting("ROSTERD_SEED", 1));
    let mut chance = Chance(seed);
    let roster = Roster::new().await;
    let mut model = Model::default();
    let start = instant("2026-03-01T00:00:00Z").micros();
    let step = 60 * 24 * 60 * 60 * 1_000_000 / edits as i64;
    for number in 0..edits as i64 {
        let now = Instant::from_micros(start + number * step);
        let thing = Id::new(format!("p{}", chance.below(THINGS)));
        let edit = chance.edit();
        commit(&roster.store, &thing, edit, now).await;
        model.0.push((now, thing.clone(), edit));
        let day = chance.date();
        let said = shown(&roster.store, &thing, day, now).await;
        assert_eq!(said, model.answer(&thing, day, now), "seed {seed}, edit {number}: {thing} on {day}");
    }

    let history = roster.history().await;
    let copy = Roster::new().await;
    copy.import(&history, "2030-01-01T00:00:00Z").await.unwrap();
    assert_eq!(copy.history().await, history, "seed {seed}");
    for probe in 0..PROBES {
        let thing = Id::new(format!("p{}", chance.below(THINGS)));
        let day = chance.date().plus(chance.below(3) as i64 - 1);
        let near = start + chance.below(edits + 2) as i64 * step;
        let known = Instant::from_micros(near - 1 + chance.below(3) as i64);
        let expected = model.answer(&thing, day, known);
        for (name, roster) in [("first", &roster), ("copy", &copy)] {
            let said = shown(&roster.store, &thing, day, known).await;
            assert_eq!(said, expected, "seed {seed}, probe {probe}, {name}: {thing} on {day} known at {known}");
        }
    }
}
